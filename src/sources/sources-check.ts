// Checks the named sheets: the headers of local files, which are read again only after they have changed, and whether the
// content has changed since the last run. Of a Google spreadsheet it knows what the last check or job has found; it never
// opens one.
import type { Check, Found } from '../core/check.ts';
import { formatMinute, plural } from '../core/format.ts';
import { defaultSource, type SheetSource } from '../core/sheet-source.ts';
import { url } from '../core/url.ts';
import type { FoundFile } from '../sheets/file-facts.ts';
import { hasFacts } from './drift.ts';
import type { Health } from './health.ts';
import type { SourceContext } from './parts.ts';
import type { SheetRun } from './repository.ts';
import { findKeyProblem, missing } from './sheet-trouble.ts';
import { findProblem, lastRunOf, type SheetProblem, wasThere } from './stored-sheets.ts';

type Sources = Pick<
  SourceContext,
  | 'config'
  | 'findDrift'
  | 'findFiles'
  | 'headerReads'
  | 'looks'
  | 'seededAt'
  | 'sheetRuns'
  | 'sourceHealth'
  | 'sources'
  | 'sourceStates'
>;

/** A disk may have to spin up. */
const answerMaxMs = 5000;

export const sourcesHead = { id: 'sources', component: 'sources', title: 'Sheets' };

export function sourcesCheck(ctx: Sources): Check {
  return {
    ...sourcesHead,
    everySec: 30,
    dirtyOn: ['sources', 'settings', 'schedules'],
    async look() {
      const sheets = ctx.sources.all();
      const found = await Promise.all(sheets.map((sheet) => judge(ctx, sheet)));
      return { says: plural(sheets.length, 'sheet'), found: found.filter((one) => one !== null) };
    },
  };
}

/** The finding that says why the sheet cannot be used, or that it is stale; null if nothing is known. */
async function judge(ctx: Sources, sheet: SheetSource): Promise<Found | null> {
  const obstacle =
    sheet.kind === 'google'
      ? findKeyObstacle(sheet, ctx.config.google.keyFile)
      : await findFileObstacle(ctx, sheet);
  const health = await lookAt(ctx, sheet);
  if (obstacle) return obstacle;
  const problem = findProblem(ctx, sheet);
  if (problem) return refuse(sheet, 'cannot be read', describe(problem), problem.seen?.at);
  return health.state === 'stale' ? warnOf(sheet, health) : null;
}

/** Compares the sheet with its last run, unless another run has ended meanwhile. */
async function lookAt(ctx: Sources, sheet: SheetSource): Promise<Health> {
  const { findDrift, looks, sheetRuns, sourceHealth, sourceStates } = ctx;
  const last = lastRunOf(sheetRuns, sheet);
  const drift = await findDrift(sheet, last?.run ?? null, sourceStates.find(sheet.name));
  if (lastRunOf(sheetRuns, sheet)?.run.number === last?.run.number) await looks.note(sheet, drift);
  const health = sourceHealth.judge(sheet, drift);
  looks.noteHealth(sheet, health);
  return health;
}

function findKeyObstacle(sheet: SheetSource, keyFile: string | null): Found | null {
  const problem = findKeyProblem(keyFile);
  return problem === null ? null : refuse(sheet, 'cannot be opened: its key cannot be used', problem);
}

/** Reads the headers of files that are there, unless they are known. */
async function findFileObstacle(ctx: Sources, sheet: SheetSource): Promise<Found | null> {
  const cannotOpen = (why: string) => refuse(sheet, 'cannot be opened', why);
  try {
    const files = await ctx.findFiles(sheet, answerMaxMs);
    if (files === null)
      return cannotOpen('Its disk does not answer. Connect it again, or restart its server.');
    if (files.length === 0)
      return wasThere(ctx.sheetRuns, sheet) ? refuse(sheet, 'is missing', missing) : null;
    await ctx.headerReads.look(sheet, files, () => areOurs(ctx, sheet, files));
    return null;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return cannotOpen(`The system refuses to open it (${code}). Let this user read it.`);
  }
}

/** Whether this program has written these files, or an import has read them, and nobody has touched them since. */
function areOurs({ seededAt, sheetRuns }: Sources, sheet: SheetSource, files: FoundFile[]): boolean {
  const areUntouchedSince = (ms: number) => files.every(({ changedMs }) => changedMs <= ms);
  if (sheet.name === defaultSource && seededAt !== null && areUntouchedSince(seededAt)) return true;
  const isRunOf = (run: SheetRun | null) =>
    run !== null && hasFacts(run, files) && areUntouchedSince(Date.parse(run.finished_at));
  return isRunOf(sheetRuns.lastImport(sheet)) || isRunOf(sheetRuns.lastExport(sheet));
}

/** A Google spreadsheet may be in order by now: the text says how old the news is. */
function describe({ text, seen }: SheetProblem): string {
  if (seen === null) return text;
  return `${text} So found ${seen.by}, ${formatMinute(seen.at)}. A Google spreadsheet is not opened again until you check, import or export it.`;
}

function refuse({ name, kind }: SheetSource, trouble: string, text: string, since?: string): Found {
  return {
    subject: name,
    component: `source:${name}`,
    severity: 'error',
    title: `The sheet ${name} ${trouble}`,
    text,
    stops: [`imports and exports of ${name}`],
    causedBy: kind === 'google' ? ['google-key', 'credential-google'] : ['data-folder'],
    fix: { href: url(`/sources/${name}`), label: 'Open the sheet' },
    ...(since === undefined ? {} : { since }),
  };
}

/** It can be imported, so nothing stops. */
function warnOf({ name }: SheetSource, { reason, since }: Health): Found {
  return {
    subject: name,
    component: `source:${name}`,
    severity: 'warning',
    title: `The sheet ${name} is stale`,
    text: reason,
    stops: [],
    fix: { href: `${url('/sources', { source: name })}#choose`, label: 'Import…' },
    ...(since === null ? {} : { since }),
  };
}
