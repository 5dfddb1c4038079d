// The view model of a named sheet: its sentence, its badge, and where its buttons lead.
import { plural } from '../../core/format.ts';
import { kindTitles, type SheetSource } from '../../core/sheet-source.ts';
import { url } from '../../core/url.ts';
import { spreadsheetAddress } from '../../google/address.ts';
import { describeFirstStep, describeSheet, type NamedSheet } from '../named-sheets.ts';
import type { SourceContext } from '../parts.ts';
import type { SheetRun } from '../repository.ts';

/** `at`: the time between the two texts; null without one. */
type Sentence = { lead: string; at: string | null; tail: string };

type Context = Pick<
  SourceContext,
  'sheetRuns' | 'sourceStates' | 'findDrift' | 'headerReads' | 'sourceChecks'
>;

export async function viewSheet(ctx: Context, source: SheetSource) {
  const sheet = await describeSheet(ctx, source);
  const { name, kind, place, lastImport, lastExport, drift, check } = sheet;
  const running = ctx.sourceChecks.running(name);
  const at = (run: SheetRun | null) => run && { number: run.number, at: run.finished_at };
  return {
    name,
    kindTitle: kindTitles[kind],
    place,
    address: kind === 'google' ? spreadsheetAddress(place) : null,
    icon: kind === 'folder' ? 'file' : 'sheet',
    badge: running ? checking : sheet.problem ? unreadable : isMissing(sheet) ? missing : badges[drift.state],
    isReading: running !== null,
    sentence: running ? { lead: describeRunning(running), at: null, tail: '' } : describe(sheet),
    imported: at(lastImport),
    exported: at(lastExport),
    checkedAt: check?.checked_at ?? null,
    canImport: drift.state !== 'absent',
    problem: sheet.problem?.text ?? null,
    url: url(`/sources/${name}`),
    checkUrl: url(`/ui/sources/${name}/check`),
    importUrl: `${url('/sources', { source: name })}#choose`,
    exportUrl: url('/ui/operations/export/confirm', { target: name }),
  };
}

const checking = { isQuiet: false, tone: 'run', icon: 'half', word: 'Checking' };
const unreadable = { isQuiet: false, tone: 'bad', icon: 'cross', word: 'Error' };
const missing = { isQuiet: false, tone: 'bad', icon: 'cross', word: 'Missing' };
const badges = {
  absent: { isQuiet: true, tone: 'idle', icon: 'clock', word: 'Not there yet' },
  never: { isQuiet: true, tone: 'idle', icon: 'clock', word: 'Never imported' },
  unchanged: { isQuiet: true, tone: 'ok', icon: 'check', word: 'Unchanged' },
  changed: { isQuiet: false, tone: 'warn', icon: 'tri', word: 'Changed' },
  unclear: { isQuiet: true, tone: 'idle', icon: 'clock', word: 'Not compared' },
};

/** Whether the files of a sheet that was imported are gone. */
function isMissing({ drift, lastImport }: NamedSheet): boolean {
  return drift.state === 'absent' && lastImport !== null;
}

function describeRunning({ rows, note }: { rows: number; note: string | null }): string {
  return note === null ? `Reading the sheet: ${plural(rows, 'row')} so far.` : `${note}.`;
}

function describe(sheet: NamedSheet): Sentence {
  const { drift, check, last, problem } = sheet;
  const plain = (lead: string) => ({ lead, at: null, tail: '' });
  if (problem) return plain(problem.text);
  if (isMissing(sheet))
    return plain('It was imported, but its files are gone. Put them back, or export to it.');
  if (drift.state === 'absent') return plain(describeFirstStep(sheet));
  if (!last) {
    const rows = check?.rows ?? null;
    return plain(
      `${rows === null ? '' : `${plural(rows, 'row')}. `}It was neither imported nor exported yet.`,
    );
  }
  const { verb, run, rows } = last;
  const since = { at: run.finished_at };
  switch (drift.state) {
    case 'unchanged':
      return { ...since, lead: `${plural(rows, 'row')}, unchanged since the ${verb}`, tail: '.' };
    case 'changed':
      return verb === 'export'
        ? {
            ...since,
            lead: `Edited since our export of ${plural(rows, 'row')}`,
            tail: '. Import the changes before you export again.',
          }
        : {
            ...since,
            lead: `Changed since the import of ${plural(rows, 'row')}`,
            tail: '. Import it again.',
          };
    default:
      return {
        ...since,
        lead: `May have changed since the ${verb} of ${plural(rows, 'row')}`,
        tail: `. ${drift.why ?? ''}`,
      };
  }
}
