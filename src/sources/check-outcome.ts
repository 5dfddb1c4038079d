// Describes the outcome of a check: its steps, the comparison with the last job that has read or written the sheet, and one
// sentence.
import { type CheckStatus, type CheckStep, worstOf } from '../core/check-steps.ts';
import { plural } from '../core/format.ts';
import type { CheckedSource } from './check-source.ts';
import { compare, hashesOf } from './drift.ts';
import type { LastRun } from './stored-sheets.ts';
import type { SourceState } from './source-state-repository.ts';

/** The outcome for a sheet that nobody has made yet. `nextStep` makes it. */
export function describeAbsent(nextStep: string, startedAt: Date): SourceState {
  const found = step('Opened', `It is not there yet. ${nextStep}`, 'warning');
  const checked_at = startedAt.toISOString();
  return { checked_at, status: 'warning', text: found.text, steps: [found], rows: null, hashes: null };
}

/** `startedAt`: of the check, which may have read the sheet before a later change. */
export function describeOutcome(
  { steps, rows, hashes }: CheckedSource,
  last: LastRun | null,
  startedAt: Date,
): SourceState {
  const checked_at = startedAt.toISOString();
  const all = hashes ? [...steps, compareWith(last, hashes, checked_at)] : steps;
  const [status, text] = [worstOf(all), summarize(all, rows)];
  return { checked_at, status, text, steps: all, rows, hashes };
}

function compareWith(last: LastRun | null, hashes: string[], startedAt: string): CheckStep {
  if (!last) return step('Compared', 'No import or export before this check.', 'ok');
  const { verb, run } = last;
  const title = `Compared with our ${verb}`;
  if (run.finished_at > startedAt)
    return step(title, 'A job used it during the check; check again.', 'warning');
  const written = hashesOf(run);
  const job = `${verb} #${run.number}`;
  if (!written) {
    const why = `${job} ran before this version and kept nothing to compare with`;
    return step(title, `The content cannot be compared: ${why}.`, 'warning');
  }
  if (compare(written, hashes).state === 'unchanged') return step(title, `Unchanged since ${job}.`, 'ok');
  return step(title, `The content has changed since ${job}.`, 'warning');
}

function step(title: string, text: string, status: CheckStatus): CheckStep {
  return { title, text, status, ms: 0 };
}

/** The sentence of the first error, or else the rows and what the comparison has found. */
function summarize(steps: CheckStep[], rows: number | null): string {
  const error = steps.find(({ status }) => status === 'error');
  if (error) return error.text;
  return `${plural(rows ?? 0, 'row')} can be read. ${steps.at(-1)?.text ?? ''}`.trim();
}
