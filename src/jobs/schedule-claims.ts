// The claims of a job that a schedule has started, beyond those of its operation.
import type { Claim } from './job.ts';

/** The claim of the jobs that make up for missed due times: they run one after another. */
const madeUp: Claim = { name: 'made-up', mode: 'exclusive' };
const prefix = 'schedule:';

/** Runs of one schedule never overlap. */
export function scheduleClaims(schedule: string | null | undefined, isMadeUp = false): Claim[] {
  if (schedule == null) return [];
  return [{ name: `${prefix}${schedule}`, mode: 'exclusive' }, ...(isMadeUp ? [madeUp] : [])];
}

export function isScheduleClaim({ name }: Claim): boolean {
  return name.startsWith(prefix) || name === madeUp.name;
}
