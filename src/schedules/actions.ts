// The actions on schedules, for their routes and their audit rows, and the refusals that they share.
import { AppError } from '../core/errors.ts';
import { scheduleActor } from '../core/own-actors.ts';
import { runAction } from '../jobs/actions.ts';

export const scheduleTarget = (name: string): string => `schedule:${name}`;

export const scheduleActions = {
  /** Adds, changes, or switches on or off. A destructive operation needs a reason and its word. */
  change: { name: 'schedule.changed', role: 'admin', tier: 2, changes: 'schedules', target: scheduleTarget },
  remove: { name: 'schedule.removed', role: 'admin', tier: 1, changes: 'schedules', target: scheduleTarget },
  /** Starts its operation now. Destructive arguments need an admin, a reason and the word of the operation. */
  run: {
    name: 'schedule.run',
    refused: runAction.refused,
    role: 'operator',
    tier: 2,
    changes: 'jobs',
    target: scheduleTarget,
  },
} as const;

/** The requester of the jobs that a schedule starts: an admin has stored it. */
export function scheduleRequester(name: string) {
  return { actor: scheduleActor(name), role: 'admin', peer: null, requestId: null, reason: null } as const;
}

export function unknownSchedule(name: string): AppError {
  return new AppError('not_found', `There is no schedule named ${JSON.stringify(name.slice(0, 80))}.`);
}

export function operationGone(operation: string): AppError {
  const message = `There is no operation ${operation} any more. Choose another one, or remove the schedule.`;
  return new AppError('wrong_state', message);
}
