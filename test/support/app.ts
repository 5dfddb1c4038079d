// A complete server for a test: a new data root, a free port, no log; closed with the test.
import './plain-children.ts';
import { type HTMLElement, parse } from 'node-html-parser';
import type { DestinationStream } from 'pino';
import type { Test } from 'tap';
import { type App, createApp } from '../../src/app.ts';
import { readConfig } from '../../src/core/config.ts';
import { createRedactor } from '../../src/core/redaction.ts';
import type { JobEvent } from '../../src/core/bus.ts';
import { createAnswerCheck } from './answers.ts';
import { type Parts, partsOf } from './parts.ts';
import { isTerminal, type Job, type JobStatus } from '../../src/jobs/job.ts';
import { createServerLog } from '../../src/core/log.ts';
import type { Catalogue } from '../../src/core/catalogue.ts';
import { until } from './until.ts';
import { makeFolder } from './folder.ts';
import { writeNewOps } from './new-ops.ts';

export type TestApp = App & {
  parts: Parts;
  origin: string;
  root: string;
  page(
    path: string,
    headers?: Record<string, string>,
  ): Promise<{ status: number; html: HTMLElement; text: string }>;
  json(
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<{ status: number; body: any; headers: Headers }>;
  submit(path: string, form: Record<string, string>, headers?: Record<string, string>): Promise<Response>;
  /** Runs an operation through the API and returns the job when it has ended. */
  run(operation: string, args?: Record<string, unknown>, headers?: Record<string, string>): Promise<Job>;
  whenJob(number: number, ...statuses: JobStatus[]): Promise<Job>;
};

const waitMaxMs = 20_000;
/** Shared by every server in this process. */
let checking: Promise<ReturnType<typeof createAnswerCheck> | null> | null = null;

export async function startApp(
  t: Test,
  options: {
    env?: Record<string, string>;
    catalogue?: Catalogue;
    now?: () => Date;
    root?: string;
    /** Takes the lines of the log. */
    output?: DestinationStream;
  } = {},
): Promise<TestApp> {
  const root = options.root ?? makeFolder(t);
  const env = {
    CHL_EXPERIENCE_ROOT: root,
    CHL_PORT: '0',
    CHL_WORKERS: '0',
    CHL_KILL_GRACE_SEC: '1',
    ...options.env,
  };
  const config = readConfig(env, root);
  if (!options.root && !options.env?.CHL_OPS_DATABASE_PATH) writeNewOps(config.opsDatabasePath);
  const { catalogue, now, output } = options;
  const redactor = createRedactor(config);
  const app = await createApp(config, {
    ...createServerLog(output ? 'info' : 'silent', redactor, output),
    redactor,
    ...(catalogue ? { catalogue } : {}),
    ...(now ? { now } : {}),
  });
  t.teardown(app.close);
  const parts = partsOf(app);
  const origin = await app.start();

  async function json(
    address: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; body: any; headers: Headers }> {
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const answer = await fetch(origin + address, { ...init, headers: { ...type, ...headers } });
    const answered = { status: answer.status, body: await answer.json(), headers: answer.headers };
    checking ??= loadCheck(origin, headers);
    const assertDescribed = await checking;
    if (!assertDescribed) checking = null;
    assertDescribed?.(init.method ?? 'GET', address, answered.status, answered.body);
    return answered;
  }

  function whenJob(number: number, ...statuses: JobStatus[]): Promise<Job> {
    const wanted = statuses.length > 0 ? statuses : (['succeeded', 'failed', 'cancelled'] as const);
    const { bus, repository } = parts;
    return new Promise((resolve, reject) => {
      const seen: string[] = [];
      const timer = setTimeout(() => {
        bus.off('job', look);
        reject(
          new Error(
            `job #${number} is not ${wanted.join(' or ')} after ${waitMaxMs} ms; seen: ${seen.join(', ')}`,
          ),
        );
      }, waitMaxMs);
      const look = () => {
        const job = repository.find(String(number));
        if (job) seen.push(job.status);
        if (!job || !wanted.some((status) => status === job.status)) return;
        clearTimeout(timer);
        bus.off('job', look);
        resolve(job);
      };
      bus.on('job', look);
      look();
    });
  }

  return {
    ...app,
    parts,
    origin,
    root,
    json,
    whenJob,
    async page(address, headers = {}) {
      const answer = await fetch(origin + address, { headers: { accept: 'text/html', ...headers } });
      const text = await answer.text();
      return { status: answer.status, html: parse(text), text };
    },
    submit: (address, form, headers = {}) =>
      fetch(origin + address, {
        method: 'POST',
        redirect: 'manual',
        body: new URLSearchParams(form),
        headers: { accept: 'text/html', ...headers },
      }),
    async run(operation, args = {}, headers = {}) {
      const confirmed = { reason: 'a test needs it', confirm: operation };
      const { body } = await json(`/api/v1/operations/${operation}`, { args, ...confirmed }, headers);
      if (!body.number) throw new Error(`${operation} was refused: ${JSON.stringify(body)}`);
      return whenJob(body.number);
    },
  };
}

/** Null when the server refuses the description without a token. */
async function loadCheck(origin: string, headers: Record<string, string>) {
  const answer = await fetch(`${origin}/api/v1/openapi.json`, { headers });
  if (answer.status === 401) return null;
  return createAnswerCheck((await answer.json()) as Parameters<typeof createAnswerCheck>[0]);
}

/** Runs an operation; resolves after the bus event of its end, which follows the end of the job. */
export async function runAndAwaitEvent(app: TestApp, operation: string): Promise<Job> {
  const emitted = new Promise<void>((resolve) => {
    const listener = ({ status }: JobEvent) => {
      if (!isTerminal(status)) return;
      app.parts.bus.off('job', listener);
      resolve();
    };
    app.parts.bus.on('job', listener);
  });
  const job = await app.run(operation);
  await emitted;
  return job;
}

/** Resolves when `count` live streams are open; the stream of a closed tab ends shortly after it. */
export async function untilStreams(app: TestApp, count: number) {
  const deadline = performance.now() + waitMaxMs;
  await until(async () => {
    const open = await countStreams(app);
    if (open !== count && performance.now() > deadline)
      throw new Error(`${open} streams are open, not ${count}`);
    return open === count;
  });
}

/** The detail of /health is a text, which begins with the finding while streams are full. */
async function countStreams({ parts: { checker } }: TestApp): Promise<number> {
  await checker.runOnce('stream');
  const watch = checker.watches().find(({ check }) => check.id === 'stream');
  return Number.parseInt(watch?.last()?.says ?? '', 10);
}
