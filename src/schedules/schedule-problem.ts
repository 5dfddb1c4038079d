// Why a schedule cannot start its operation as it is stored.
import type { Kernel } from '../core/kernel.ts';
import { AppError } from '../core/errors.ts';
import type { Args, Operation } from '../core/operation.ts';
import { readCron } from '../schedule-store/cron.ts';
import { readStoredCron } from '../schedule-store/next-runs.ts';
import type { Schedule } from '../schedule-store/schedule.ts';

type Given = Pick<Kernel, 'catalogue'> & { readArguments: (operation: Operation, args: Args) => Args };

/** A sentence; null for a schedule that can run. */
export function problemOf({ catalogue, readArguments }: Given, schedule: Schedule): string | null {
  const operation = catalogue.find(schedule.operation);
  if (!operation) return `There is no operation ${schedule.operation} any more. Choose another one.`;
  try {
    if (!readStoredCron(schedule.cron, schedule.zone)) readCron(schedule.cron, schedule.zone);
    readArguments(operation, schedule.args);
    return null;
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
}
