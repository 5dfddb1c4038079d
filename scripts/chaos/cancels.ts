// Cancels at the moment the child ends by itself, and cancels of children of every behaviour. The real engine runs in this
// process, so that the moment can be hit.
import { setTimeout as after } from 'node:timers/promises';
import { type App, createApp } from '../../src/app.ts';
import { systemRequester } from '../../src/core/audit.ts';
import { AppError } from '../../src/core/errors.ts';
import { createSilentLog } from '../bench/silent-log.ts';
import { jobs } from '../../src/jobs/feature.ts';
import { isTerminal, type Job, type JobStatus } from '../../src/jobs/job.ts';
import { findMarkedProcesses } from '../../src/runner/processes.ts';
import { createRandom } from '../random.ts';
import { type Behaviour, behaviours, createChaosCatalogue } from './behaviours.ts';
import { findProblems } from './checks.ts';
import { readState } from './repository.ts';
import { chaosConfig } from './server-process.ts';

/** The number of jobs by their end, and of cancels that were refused because the job had ended. */
type CancelRaces = { ends: Map<JobStatus, number>; refused: number; problems: string[] };

/** About twice the time from a child's last output to its end. */
const momentMs = 10;
const atOnce = 2;

/** Cancels `count` jobs within ±5 ms of the end of their child. */
export function raceCancels(options: { root: string; seed: number; count: number }): Promise<CancelRaces> {
  return withApp(options.root, async (app) => {
    const random = createRandom(options.seed);
    const races: CancelRaces = { ends: new Map(), refused: 0, problems: [] };
    let left = options.count;
    const lane = async () => {
      while (left-- > 0) {
        const job = await run(app, 'succeeds');
        await whenJob(app, job, ({ progress }) => progress !== null);
        await after(random(momentMs + 1));
        const isRefused = !(await cancel(app, job));
        const { status } = await whenEnded(app, job);
        races.ends.set(status, (races.ends.get(status) ?? 0) + 1);
        races.refused += isRefused ? 1 : 0;
        if (isRefused && status !== 'succeeded')
          races.problems.push(`job #${job.number} is ${status}, and its cancel was refused`);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, lane));
    races.problems.push(...findProblems(readState(app.config), [0]));
    return races;
  });
}

type CancelTime = { behaviour: Behaviour; ms: number; status: JobStatus; survivors: number };

/** Cancels a running child of each behaviour, one after the other; measures from the request to the end. */
export function timeCancels(root: string): Promise<{ graceMs: number; times: CancelTime[] }> {
  return withApp(root, async (app) => {
    const times: CancelTime[] = [];
    for (const behaviour of behaviours) {
      const job = await run(app, behaviour, 60_000);
      await whenJob(app, job, ({ progress }) => progress !== null);
      const askedAt = performance.now();
      await cancel(app, job);
      const { status } = await whenEnded(app, job);
      const survivors = findMarkedProcesses(root).length;
      times.push({ behaviour, ms: performance.now() - askedAt, status, survivors });
    }
    return { graceMs: app.config.killGraceMs, times };
  });
}

async function withApp<T>(root: string, work: (app: App) => Promise<T>): Promise<T> {
  const config = chaosConfig(root);
  const app = await createApp(config, {
    ...createSilentLog(config),
    catalogue: createChaosCatalogue(),
  });
  try {
    await app.start();
    return await work(app);
  } finally {
    await app.close();
  }
}

function run(app: App, behaviour: Behaviour, ms = 0): Promise<Job> {
  return app.use(jobs).jobs.submit({ operation: 'chore', args: { behaviour, ms } }, systemRequester);
}

/** Returns false when the job had ended before. */
async function cancel(app: App, { id }: Job): Promise<boolean> {
  try {
    await app.use(jobs).jobs.cancel(id, systemRequester);
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_cancellable') return false;
    throw error;
  }
}

const whenEnded = (app: App, job: Job) => whenJob(app, job, ({ status }) => isTerminal(status));

function whenJob(app: App, { id }: Job, test: (job: Job) => boolean): Promise<Job> {
  const { bus } = app;
  const { jobs: verbs } = app.use(jobs);
  return new Promise((resolve) => {
    const look = () => {
      const job = verbs.find(id);
      if (!test(job) && !isTerminal(job.status)) return;
      bus.off('job', look);
      resolve(job);
    };
    bus.on('job', look);
    look();
  });
}
