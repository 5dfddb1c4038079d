// The canaries that a refused run of an operation missed, for the dialog that switches anyway.
import { isObject } from '../core/json.ts';
import type { Args } from '../core/operation.ts';
import { shorten } from '../core/shorten.ts';
import { canaryMissed } from '../index/canary-check.ts';
import type { JobRepository } from '../jobs/repository.ts';

const runsRead = 20;
const shown = 5;

/** `refused`: the number of the refused job; without it, the newest one counts. Empty unless the run switches despite
 *  canaries. */
export function describeMissedCanaries(
  repository: Pick<JobRepository, 'lastRuns' | 'find'>,
  operation: string,
  { despite_canaries: isForced }: Args,
  refused: string | undefined,
): string[] {
  if (isForced !== true) return [];
  const failed = repository.lastRuns(operation, runsRead).filter(({ status }) => status === 'failed');
  const numbers = refused ? [refused] : failed.toReversed().map(({ number }) => String(number));
  for (const number of numbers) {
    const job = repository.find(number);
    const detail = job?.failure?.detail;
    if (job?.operation !== operation || detail?.code !== canaryMissed || !Array.isArray(detail.problems))
      continue;
    const missed = detail.problems.filter(isObject).map(({ field, value }) => `“${field}” (${value})`);
    const more = missed.length > shown ? ` and ${missed.length - shown} more` : '';
    return [`Job ${job.number} missed ${shorten(missed.slice(0, shown).join(', '), 1000)}${more}.`];
  }
  return [];
}
