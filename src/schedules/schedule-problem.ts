// Why a schedule cannot start its operation as it is stored.
import type { Catalogue } from '../core/catalogue.ts';
import { AppError } from '../core/errors.ts';
import type { ReadArguments } from '../core/read-arguments.ts';
import { operationGone } from './actions.ts';
import { readCron } from '../schedule-store/cron.ts';
import { readStoredCron } from '../schedule-store/next-runs.ts';
import type { Schedule } from '../schedule-store/schedule.ts';

type Given = { catalogue: Pick<Catalogue, 'find'>; readArguments: ReadArguments };

/** A sentence; null for a schedule that can run. */
export function problemOf({ catalogue, readArguments }: Given, schedule: Schedule): string | null {
  try {
    const operation = catalogue.find(schedule.operation);
    if (!operation) throw operationGone(schedule.operation);
    // Only the rules that can be read are kept.
    if (!readStoredCron(schedule.cron, schedule.zone)) readCron(schedule.cron, schedule.zone);
    readArguments(operation, schedule.args);
    return null;
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
}
