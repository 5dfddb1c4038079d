// The command line's way to the API: of the server that has the data root, or, where none runs, of an engine in this
// process. Both answer the same, so nothing else knows the difference but where it must.
import os from 'node:os';
import { Readable } from 'node:stream';
import type { App } from '../app.ts';
import { type Config, loadConfig } from '../core/config.ts';
import type { Client } from '../core/terminal/command.ts';
import { AppError, type ErrorCode } from '../core/errors.ts';
import { createLog } from '../core/log.ts';
import { findLockHolder, type LockHolder } from '../runner/server-lock.ts';

type Answer = { bytes: Buffer; header(name: string): string | undefined };
type Ask = (method: 'GET' | 'POST', path: string, body?: string) => Promise<Answer>;

/** Nothing answers to this name but the engine of this process (RFC 2606). */
const ownHost = 'command-line.invalid';
const headers = { 'x-actor': os.userInfo().username, 'content-type': 'application/json' };

/** Loads the engine only where it is needed: asking a server is quick. */
async function connect(): Promise<Client> {
  const config = loadConfig();
  const found = findLockHolder(config.root);
  if (found) return connectTo(config, found.holder);
  const { createApp } = await import('../app.ts');
  const { runner } = await import('../runner/feature.ts');
  const only = new Set<string>();
  try {
    const app = await createApp({ ...config, allowedHosts: [ownHost] }, { log: createLog('error', 2), only });
    await app.startByHand();
    return createClient(askHere(app), {
      isByHand: true,
      release({ job_id }) {
        only.add(job_id);
        app.use(runner).runner.runOnce();
      },
      close: () => app.close(),
    });
  } catch (error) {
    // Somebody else was quicker, and is named.
    const holder = error instanceof AppError ? error.details?.holder : undefined;
    if (holder === undefined) throw error;
    return connectTo(config, holder as LockHolder | null);
  }
}

/** The engine of this process ends what it runs; whatever happens, it is closed. */
export async function withClient(work: (client: Client) => Promise<number>): Promise<number> {
  const client = await connect();
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

function connectTo({ root }: Config, holder: LockHolder | null): Client {
  if (holder?.url)
    return createClient(askServer(holder.url), { isByHand: false, release() {}, close: async () => {} });
  throw new AppError(
    'temporary',
    `The data folder ${root} is in use by process ${holder?.pid ?? 'not named yet'}, which is not a server that can be asked: it starts, or it is a run by hand. Try again when it is done.`,
  );
}

function createClient(ask: Ask, more: Pick<Client, 'isByHand' | 'release' | 'close'>): Client {
  return {
    ...more,
    get: async <Body>(path: string) => read<Body>(await ask('GET', path)),
    post: async <Body>(path: string, body: Record<string, unknown>) =>
      read<Body>(await ask('POST', path, JSON.stringify(body))),
    async log(number, offset) {
      const answer = await ask('GET', `/api/v1/operations/jobs/${number}/log?offset=${offset}`);
      const begins = answer.header('x-log-offset');
      if (begins === undefined) read(answer);
      return { bytes: answer.bytes, offset: Number(begins) };
    },
  };
}

function read<Body>({ bytes }: Answer): Body {
  const body = JSON.parse(bytes.toString('utf8'));
  const { error } = body as {
    error?: { code: ErrorCode; message: string; details?: Record<string, unknown> };
  };
  if (error) throw new AppError(error.code, error.message, error.details);
  return body as Body;
}

/** An injected request lacks `headersDistinct`, which the gate reads; each of its headers was given once. */
class InjectedRequest extends Readable {
  declare headers: Record<string, string>;
  get headersDistinct(): Record<string, string[]> {
    return Object.fromEntries(Object.entries(this.headers).map(([name, value]) => [name, [value]]));
  }
}

function askHere({ server }: App): Ask {
  return async (method, path, body) => {
    const request = { method, url: path, headers: { ...headers, host: ownHost }, Request: InjectedRequest };
    const answer = await server.inject(body === undefined ? request : { ...request, payload: body });
    return { bytes: answer.rawPayload, header: (name) => answer.headers[name]?.toString() };
  };
}

function askServer(url: string): Ask {
  return async (method, path, body) => {
    try {
      const answer = await fetch(url + path, { method, headers, ...(body === undefined ? {} : { body }) });
      const bytes = Buffer.from(await answer.arrayBuffer());
      return { bytes, header: (name) => answer.headers.get(name) ?? undefined };
    } catch (cause) {
      const why = ((cause as Error).cause as Error | undefined)?.message ?? (cause as Error).message;
      throw new AppError('temporary', `The server at ${url} does not answer: ${why}. Try again.`);
    }
  };
}
