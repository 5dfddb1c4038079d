// The view model of a named sheet: its sentence, its badge, and where its buttons lead.
import { plural } from '../../core/format.ts';
import { kindTitles, type SheetSource } from '../../core/sheet-source.ts';
import { url } from '../../core/url.ts';
import { spreadsheetAddress } from '../../google/address.ts';
import { type DescribedBy, describeSheet, type NamedSheet } from '../named-sheets.ts';
import { describeFirstStep, rowsRead, rowsWritten } from '../stored-sheets.ts';
import type { SourceContext } from '../parts.ts';
import type { SheetRun } from '../repository.ts';

/** `at`: the time between the two texts; null without one. */
type Sentence = { lead: string; at: string | null; tail: string };

type Context = DescribedBy & Pick<SourceContext, 'sourceChecks'>;

export async function viewSheet(ctx: Context, source: SheetSource) {
  const sheet = await describeSheet(ctx, source);
  const { name, kind, place, lastImport, lastExport, drift, check, health, nextRun } = sheet;
  const running = ctx.sourceChecks.running(name);
  return {
    name,
    kindTitle: kindTitles[kind],
    place,
    address: kind === 'google' ? spreadsheetAddress(place) : null,
    icon: kind === 'folder' ? 'file' : 'sheet',
    badge: running ? checking : badges[health.state],
    health: { name, ...health },
    isReading: running !== null,
    reason: running ? null : reasonBeside(sheet),
    sentence: running ? plain(describeRunning(running)) : describe(sheet),
    imported: lastImport && { ...viewRun(lastImport), rows: plural(rowsRead(lastImport), 'row') },
    exported: lastExport && { ...viewRun(lastExport), rows: plural(rowsWritten(lastExport), 'row') },
    changedSince: sheet.changedSince,
    checkedAt: check?.checked_at ?? null,
    credential: viewCredential(sheet),
    nextRun: nextRun && { ...nextRun, url: url(`/schedules/${encodeURIComponent(nextRun.schedule)}`) },
    canImport: drift.state !== 'absent',
    trouble: sheet.trouble?.text ?? null,
    url: url(`/sources/${name}`),
    checkUrl: url(`/ui/sources/${name}/check`),
    importUrl: `${url('/sources', { source: name })}#choose`,
    exportUrl: url('/ui/operations/export/confirm', { target: name }),
  };
}

const checking = { isQuiet: false, tone: 'run', icon: 'half', word: 'Checking' };
const badges = {
  error: { isQuiet: false, tone: 'bad', icon: 'cross', word: 'Error' },
  stale: { isQuiet: false, tone: 'warn', icon: 'tri', word: 'Stale' },
  ok: { isQuiet: true, tone: 'ok', icon: 'check', word: 'OK' },
  never: { isQuiet: true, tone: 'idle', icon: 'clock', word: 'Never' },
};

/** The reason of the health, unless the sentence says the same. */
function reasonBeside({ health, trouble, changedSince }: NamedSheet): string | null {
  const isUnwell = health.state === 'error' || health.state === 'stale';
  const isOfChange = health.state === 'stale' && health.since === changedSince;
  return isUnwell && !trouble && !isOfChange ? health.reason : null;
}

function viewRun({ number, finished_at }: SheetRun) {
  return { number, at: finished_at };
}

function viewCredential({ credential }: NamedSheet) {
  const words = { set: 'set', not_set: 'not set', refused: 'refused' };
  return credential && { name: credential.name, word: words[credential.status] };
}

function plain(lead: string): Sentence {
  return { lead, at: null, tail: '' };
}

function describeRunning({ rows, note }: { rows: number; note: string | null }): string {
  return note === null ? `Reading the sheet: ${plural(rows, 'row')} so far.` : `${note}.`;
}

function describe(sheet: NamedSheet): Sentence {
  const { changedSince, check, drift, health, kind, last, trouble } = sheet;
  if (trouble) return plain(trouble.text);
  if (health.state === 'stale' && health.since === changedSince) return plain(health.reason);
  if (drift.state === 'absent') return plain(describeFirstStep(sheet));
  if (!last) {
    const rows = check?.rows ?? null;
    return plain(
      `${rows === null ? '' : `${plural(rows, 'row')}. `}It was neither imported nor exported yet.`,
    );
  }
  const { verb, run, rows } = last;
  const since = { at: run.finished_at };
  const asOf = kind === 'google' ? ', as of its last check' : '';
  switch (drift.state) {
    case 'unchanged':
      return { ...since, lead: `${plural(rows, 'row')}, unchanged since the ${verb}`, tail: `${asOf}.` };
    case 'changed':
      return verb === 'export'
        ? {
            ...since,
            lead: `Edited since our export of ${plural(rows, 'row')}`,
            tail: `${asOf}. Import the changes before you export again.`,
          }
        : {
            ...since,
            lead: `Changed since the import of ${plural(rows, 'row')}`,
            tail: `${asOf}. Import it again.`,
          };
    default:
      return {
        ...since,
        lead: `May have changed since the ${verb} of ${plural(rows, 'row')}`,
        tail: `. ${drift.why ?? ''}`,
      };
  }
}
