// Decides one due time: starts its run, or says why not. A due time has one tick, which is committed together with the job.
import { systemRequester } from '../core/audit.ts';
import { isBusy } from '../core/db/busy-retry.ts';
import { isDiskFull } from '../core/disk-reserve.ts';
import { AppError } from '../core/errors.ts';
import type { Kernel } from '../core/kernel.ts';
import type { ReadArguments } from '../core/read-arguments.ts';
import type { Jobs } from '../jobs/jobs.ts';
import type { JobRepository } from '../jobs/repository.ts';
import type { Schedule, Tick } from '../schedule-store/schedule.ts';
import type { ScheduleRepository } from '../schedule-store/schedule-repository.ts';
import { operationGone, scheduleRequester, scheduleTarget } from './actions.ts';
import type { DueRun } from './due-now.ts';
import { missedEvent } from './missed.ts';
import { describeRefusal, findObstacle } from './obstacle.ts';
import type { ScheduleJobs } from './schedule-jobs-repository.ts';

type Given = Pick<Kernel, 'audit' | 'catalogue' | 'log' | 'now' | 'untilFree'> & {
  schedules: ScheduleRepository;
  scheduleJobs: Pick<ScheduleJobs, 'active'>;
  jobs: Pick<Jobs, 'enqueue' | 'blockerOf'>;
  repository: Pick<JobRepository, 'unsynced'>;
  readArguments: ReadArguments;
};

/** The due time is decided already, or its schedule has changed: there is nothing to do. */
class Superseded extends Error {}

export type Decider = ReturnType<typeof createDecider>;

export function createDecider(given: Given) {
  return {
    /** Whether the schedule is as it was when its due times were read. */
    isCurrent: (schedule: Schedule) => isCurrent(given, schedule),

    /** False if it must be tried again because the server stops. Throws while ops.db is busy or full. Durable once the
     *  `synced` of the job repository settles. */
    async decide(run: DueRun): Promise<boolean> {
      try {
        await start(given, run);
      } catch (error) {
        if (isBusy(error) || isDiskFull(error)) throw error;
        if (error instanceof AppError && error.code === 'stopping') return false;
        if (!(error instanceof Superseded)) await settle(given, run, refusalOf(given, run, error));
      }
      return true;
    },
  };
}

async function start(given: Given, run: DueRun) {
  const { schedule, madeUpFor } = run;
  const { name, operation: operationName, args, reason, confirm, overlap } = schedule;
  const operation = given.catalogue.find(operationName);
  if (!operation) throw operationGone(operationName);
  const isMadeUp = madeUpFor !== null;
  const mayWait = overlap === 'wait' || isMadeUp;
  const obstacle = findObstacle(given, schedule, operation, mayWait);
  if (obstacle) return settle(given, run, { outcome: 'skipped', why: obstacle, code: null });
  const whenLocked = mayWait ? ('wait' as const) : undefined;
  const request = { operation: operationName, args, reason, confirm, whenLocked, schedule: name, isMadeUp };
  await given.jobs.enqueue(request, scheduleRequester(name), ({ number }) => {
    const missed = given.schedules.openMiss(name);
    const why = isMadeUp ? `Made up. ${madeUpFor}` : null;
    add(given, run, { outcome: 'started', why, code: null, job: number });
    if (missed !== null) recordRecovery(given, name, missed, number);
  });
}

async function settle(given: Given, run: DueRun, decided: Pick<Tick, 'outcome' | 'why' | 'code'>) {
  const { repository, schedules, untilFree } = given;
  const write = () => schedules.transaction(() => add(given, run, { ...decided, job: null }));
  try {
    await untilFree(() => repository.unsynced(write));
  } catch (error) {
    if (!(error instanceof Superseded)) throw error;
  }
}

/** Part of a transaction, which it ends if there is nothing to decide any more. */
function add(
  given: Given,
  { schedule, due }: DueRun,
  decided: Pick<Tick, 'outcome' | 'why' | 'code' | 'job'>,
) {
  const at = { due_at: due.toISOString(), decided_at: given.now().toISOString() };
  const tick = { schedule: schedule.name, ...at, ...decided };
  if (!isCurrent(given, schedule) || !given.schedules.addTick(tick)) throw new Superseded();
}

function isCurrent({ schedules }: Pick<Given, 'schedules'>, { name, changed_at }: Schedule): boolean {
  const stored = schedules.find(name);
  return stored?.is_on === true && stored.changed_at === changed_at;
}

function recordRecovery({ audit }: Given, name: string, missed: string, job: number) {
  const detail = { transition: 'recovered', missed, job };
  const target = scheduleTarget(name);
  audit.record({ event: missedEvent, outcome: 'ok', by: systemRequester, target, detail });
}

function refusalOf({ log }: Given, { schedule }: DueRun, error: unknown) {
  if (!(error instanceof AppError))
    log.error({ err: error, schedule: schedule.name }, 'a scheduled run could not be requested');
  return describeRefusal(error);
}
