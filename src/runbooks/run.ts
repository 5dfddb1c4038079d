// A run of a runbook: its steps as a checklist, frozen from one version of the text.
import { AppError } from '../core/errors.ts';

const runOutcomes = ['done', 'stopped'] as const;
export type RunOutcome = (typeof runOutcomes)[number];

/** `incident`: the number of the incident for which it was started. Times are ISO 8601; a run without an end goes on. */
export type Run = {
  number: number;
  slug: string;
  version: number;
  incident: number | null;
  started_at: string;
  started_by: string;
  ended_at: string | null;
  outcome: RunOutcome | null;
};

export const runTarget = (number: number | string): string => `run:${number}`;
const runbookTarget = (slug: string): string => `runbook:${slug}`;

const ofRuns = { role: 'operator', changes: 'runs', target: runTarget } as const;

export const runActions = {
  start: { ...ofRuns, name: 'run.started', tier: 0, target: runbookTarget },
  /** Ticks, skips or opens a step, or runs its operation. A destructive operation needs an admin, a reason and its word. */
  step: { ...ofRuns, name: 'run.step', tier: 2 },
  end: { ...ofRuns, name: 'run.ended', tier: 1 },
} as const;

export function unknownRun(number: number | string): AppError {
  return new AppError('not_found', `There is no run ${number}.`);
}

/** Throws `wrong_state`. */
export function assertGoing({ number, outcome }: Run) {
  if (outcome === null) return;
  const message = `Run ${number} has ended: ${outcome}. Its steps do not change any more.`;
  throw new AppError('wrong_state', message, { outcome });
}
