// Measures the stalls of the server's event loop while it runs a job: a real server in this process with a client on its
// stream, compared with the same server at rest for the same time.
import http from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as after } from 'node:timers/promises';
import { type App, createApp } from '../../src/app.ts';
import { systemRequester } from '../../src/core/audit.ts';
import { readConfig } from '../../src/core/config.ts';
import { createSilentLog } from './silent-log.ts';
import type { Job } from '../../src/jobs/job.ts';
import { jobs } from '../../src/jobs/feature.ts';
import type { RunRequest } from '../../src/jobs/run-request.ts';

/** The longest stall in milliseconds, with and without the job, the 99th percentile with it, and the duration of the job. */
export type ServerLag = { busyMs: number; busyP99Ms: number; idleMs: number; jobMs: number };

/** Creates `root`; sheets may be read from `folder`. */
export async function measureServerLag(
  root: string,
  folder: string,
  request: RunRequest,
): Promise<ServerLag> {
  const config = readConfig({ CHL_EXPERIENCE_ROOT: root, CHL_IMPORT_ROOTS: folder, CHL_PORT: '0' }, '/');
  const app = await createApp(config, createSilentLog(config));
  try {
    const stream = await openStream(await app.start());
    await after(1000);
    const startedAt = performance.now();
    const { maxMs: busyMs, p99Ms: busyP99Ms } = await measureStalls(() => runToEnd(app, request));
    const jobMs = performance.now() - startedAt;
    const idleMs = await maxStall(() => after(jobMs));
    stream.destroy();
    return { busyMs, busyP99Ms, idleMs, jobMs };
  } finally {
    await app.close();
  }
}

/** Returns the longest stall of this thread's event loop during `work`, in milliseconds. */
export async function maxStall(work: () => Promise<unknown>): Promise<number> {
  return (await measureStalls(work)).maxMs;
}

/** The longest stall and the 99th percentile. */
export async function measureStalls(work: () => Promise<unknown>): Promise<{ maxMs: number; p99Ms: number }> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await work();
  delay.disable();
  return { maxMs: delay.max / 1e6, p99Ms: delay.percentile(99) / 1e6 };
}

async function runToEnd(app: App, request: RunRequest): Promise<Job> {
  const { jobs: verbs } = app.use(jobs);
  const { number } = await verbs.submit(request, systemRequester);
  return new Promise((resolve, reject) => {
    const look = () => {
      const job = verbs.find(String(number));
      if (job.status === 'succeeded') resolve(job);
      if (job.status === 'failed') reject(new Error(`The job failed: ${job.failure?.message}`));
    };
    app.bus.on('job', look);
    look();
  });
}

function openStream(origin: string): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    const onAnswer = (response: http.IncomingMessage) => resolve(response.resume());
    http.get(`${origin}/ui/stream/telemetry`, onAnswer).once('error', reject);
  });
}
