// The maintenance window that a due time of a schedule falls into, and what becomes of that time, in words.
import type { Catalogue } from '../core/catalogue.ts';
import { AppError } from '../core/errors.ts';
import type { ReadArguments } from '../core/read-arguments.ts';
import type { LockQueue } from '../jobs/lock-queue.ts';
import { shortMoment } from '../schedule-store/describe-all.ts';
import type { Schedule } from '../schedule-store/schedule.ts';
import { mayWaitBehind, type Window } from '../window-store/window.ts';

type Given = {
  catalogue: Pick<Catalogue, 'find'>;
  readArguments: ReadArguments;
  lockQueue: Pick<LockQueue, 'windowOver'>;
  now: () => Date;
};

/** `Maintenance until 21:15: runs due before then are refused.` Null unless the window that holds back the schedule lasts
 *  longer than to its due time `next`. */
export function describeHeldBack(given: Given, schedule: Schedule, next: string): string | null {
  const window = windowOver(given, schedule);
  if (!window || window.ends_at <= next) return null;
  const isPatient = schedule.overlap === 'wait' && mayWaitBehind(window.level);
  const fate = isPatient ? 'a run due before then waits for its end' : 'runs due before then are refused';
  return `Maintenance until ${shortMoment(window.ends_at, given.now())}: ${fate}.`;
}

function windowOver({ catalogue, readArguments, lockQueue }: Given, schedule: Schedule): Window | null {
  try {
    const operation = catalogue.find(schedule.operation);
    return operation && lockQueue.windowOver(operation.locks(readArguments(operation, schedule.args)));
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}
