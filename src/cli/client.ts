// The API client of the command line: sends requests to the server that holds the data root or, when none runs, to an
// engine in this process.
import fs from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import type { App } from '../app.ts';
import { type Config, loadClientToken, loadConfig } from '../core/config.ts';
import type { Client } from '../core/terminal/command.ts';
import { pin } from '../core/settings/in-use.ts';
import { AppError, type ErrorCode } from '../core/errors.ts';
import { explain } from '../core/faults.ts';
import { createRedactor } from '../core/redaction.ts';
import { userName } from '../core/user.ts';
import { findLockHolder, type LockHolder } from '../runner/server-lock.ts';
import { createByHandLog } from './by-hand-log.ts';

type Answer = { bytes: Buffer; header(name: string): string | undefined };
type Send = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: Body) => Promise<Answer>;
/** JSON as text, or a form with files. */
type Body = string | FormData;

/** Reserved by RFC 2606, so only the engine of this process answers to it. */
const ourHost = 'command-line.invalid';
const actor = { 'x-actor': userName };

/** Loads the engine only when no server runs, because loading is slow. `faults` collects those that it has met. */
async function connect(faults: Set<string>): Promise<Client> {
  const config = loadConfig();
  const found = findLockHolder(config.root);
  if (found) return connectTo(config, found.holder);
  const { createApp } = await import('../app.ts');
  const { runner } = await import('../runner/feature.ts');
  const only = new Set<string>();
  try {
    // The first request loads most of the engine, which is no slowness that anybody should look into.
    pin(config, { allowedHosts: [ourHost], slowRequestMs: Number.MAX_SAFE_INTEGER });
    const redactor = createRedactor(config);
    const app = await createApp(config, { ...createByHandLog(redactor, faults), redactor, only });
    await app.startByHand().catch(async (error) => {
      await app.close();
      throw error;
    });
    return createClient(sendHere(app), {
      isByHand: true,
      release({ job_id }) {
        only.add(job_id);
        app.use(runner).runner.runOnce();
      },
      close: () => app.close(),
    });
  } catch (error) {
    // Another process took the lock first; the error names it.
    const holder = error instanceof AppError ? error.details?.holder : undefined;
    if (holder === undefined) throw error;
    return connectTo(config, holder as LockHolder | null);
  }
}

/** Always closes the client, which ends the jobs of an engine in this process. `warn` receives the faults that the engine has
 *  met, besides the one that is thrown. */
export async function withClient(
  work: (client: Client) => Promise<number>,
  warn: (sentence: string) => void,
): Promise<number> {
  const faults = new Set<string>();
  const client = await connect(faults);
  try {
    return await work(client).catch((error) => {
      faults.delete(explain(error));
      throw error;
    });
  } finally {
    await client.close();
    for (const fault of faults) warn(fault);
  }
}

/** Null while no server listens. A request without an answer after `maxMs` is refused as `temporary`. */
export function connectToServer(holder: LockHolder | null, maxMs?: number): Client | null {
  if (!holder?.url) return null;
  const send = sendToServer(holder.url, loadClientToken(), maxMs);
  return createClient(send, { isByHand: false, release() {}, close: async () => {} });
}

function connectTo({ root }: Config, holder: LockHolder | null): Client {
  const client = connectToServer(holder);
  if (client) return client;
  const user = holder ? `process ${holder.pid}` : 'another process';
  throw new AppError(
    'temporary',
    `The data folder ${root} is in use by ${user}, which is starting or runs a command. Try again when it has finished.`,
  );
}

function createClient(send: Send, more: Pick<Client, 'isByHand' | 'release' | 'close'>): Client {
  return {
    ...more,
    get: async <Body>(path: string) => read<Body>(await send('GET', path)),
    post: async <Body>(path: string, body: Record<string, unknown>) =>
      read<Body>(await send('POST', path, JSON.stringify(body))),
    put: async <Body>(path: string, body: Record<string, unknown>) =>
      read<Body>(await send('PUT', path, JSON.stringify(body))),
    upload: async <Body>(path: string, files: string[]) =>
      read<Body>(await send('POST', path, await formOf(files))),
    async delete(path, body) {
      const answer = await send('DELETE', path, body && JSON.stringify(body));
      if (answer.bytes.length > 0) read(answer);
    },
    async log(number, offset) {
      const answer = await send('GET', `/api/v1/operations/jobs/${number}/log?offset=${offset}`);
      const begins = answer.header('x-log-offset');
      if (begins === undefined) read(answer);
      return { bytes: answer.bytes, offset: Number(begins) };
    },
  };
}

function read<Body>({ bytes }: Answer): Body {
  const body = JSON.parse(bytes.toString('utf8'));
  // A record may have a text of that name, such as the fault that a test has met.
  const { error } = body as {
    error?: { code: ErrorCode; message: string; details?: Record<string, unknown> } | string | null;
  };
  if (typeof error === 'object' && error !== null)
    throw new AppError(error.code, error.message, error.details);
  return body as Body;
}

const json = { 'content-type': 'application/json' };

async function formOf(files: string[]): Promise<FormData> {
  const form = new FormData();
  for (const file of files) form.append('file', await fs.openAsBlob(file), path.basename(file));
  return form;
}

/** An injected request needs its type in words, and a form as a stream. */
function describeBody(body: Body | undefined): {
  headers: Record<string, string>;
  payload?: string | Readable;
} {
  if (body === undefined) return { headers: {} };
  if (typeof body === 'string') return { headers: json, payload: body };
  const form = new Response(body);
  const headers = { 'content-type': form.headers.get('content-type') ?? '' };
  return { headers, payload: Readable.fromWeb(form.body as ReadableStream) };
}

/** Adds `headersDistinct`, which injected requests lack and the guard reads; each header is given once. */
class InjectedRequest extends Readable {
  declare headers: Record<string, string>;
  get headersDistinct(): Record<string, string[]> {
    return Object.fromEntries(Object.entries(this.headers).map(([name, value]) => [name, [value]]));
  }
}

function sendHere({ server }: App): Send {
  return async (method, path, body) => {
    const { headers: described, payload } = describeBody(body);
    const headers = { ...actor, ...described, host: ourHost };
    const request = { method, url: path, headers, Request: InjectedRequest };
    const answer = await server.inject(payload === undefined ? request : { ...request, payload });
    return { bytes: answer.rawPayload, header: (name) => answer.headers[name]?.toString() };
  };
}

/** The token goes to the server that has written its address into the data folder, and nowhere else. */
function sendToServer(url: string, token: string | null, maxMs?: number): Send {
  const bearer: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };
  const send: Send = async (method, path, body) => {
    try {
      const isJson = typeof body === 'string';
      const headers = { ...actor, ...bearer, ...(isJson ? json : {}) };
      const signal = maxMs === undefined ? null : AbortSignal.timeout(maxMs);
      const answer = await fetch(url + path, {
        method,
        headers,
        signal,
        ...(body === undefined ? {} : { body }),
      });
      const bytes = Buffer.from(await answer.arrayBuffer());
      return { bytes, header: (name) => answer.headers.get(name) ?? undefined };
    } catch (cause) {
      const why = ((cause as Error).cause as Error | undefined)?.message ?? (cause as Error).message;
      throw new AppError('temporary', `The server at ${url} does not answer: ${why}. Try again.`);
    }
  };
  return async (...request) => {
    const answer = await send(...request);
    // The server asks so for a token.
    if (answer.header('www-authenticate')) throw refuseToken(url, token);
    return answer;
  };
}

/** Says where the command line looks for its token. */
function refuseToken(url: string, token: string | null): AppError {
  const message =
    token === null
      ? `The server at ${url} needs a token: set CHL_TOKEN to one, or CHL_TOKEN_FILE to a file of mode 0600 that contains one.`
      : `The server at ${url} does not know the token in CHL_TOKEN or CHL_TOKEN_FILE, or it was revoked.`;
  return new AppError('unauthorized', message);
}
