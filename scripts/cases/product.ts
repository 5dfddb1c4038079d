// The product as a case uses it: a real server with real scripts on a new data root, spoken to over its HTTP API.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { startServer } from '../bench/process.ts';

export type Product = { origin: string; root: string };
export type JobBody = {
  number: number;
  status: string;
  result: Record<string, any> | null;
  failure: { message: string; detail?: { problems?: any[]; total?: number } } | null;
};

const pollMs = 100;

/** `prepare` may write into the data root before the server starts, and `inspect` read it when the server has ended.
 *  Rejects with the server's words when it does not start. */
export async function withProduct<T>(
  env: Record<string, string>,
  work: (product: Product) => Promise<T>,
  prepare: (root: string) => void = () => {},
  inspect: () => void = () => {},
): Promise<T> {
  const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'chl-case-')));
  try {
    prepare(root);
    const settings = { CHL_WORKERS: '0', CHL_OPERATIONS_MODE: 'scripts', CHL_KILL_GRACE_SEC: '1', ...env };
    const { origin, end } = await startServer(root, { ...settings, CHL_EXPERIENCE_ROOT: root });
    try {
      return await work({ origin, root });
    } finally {
      await end();
    }
  } finally {
    inspect();
    fs.rmSync(root, { recursive: true, force: true });
  }
}

export async function get(address: string): Promise<{ status: number; body: any; text: string }> {
  return read(await fetch(address));
}

export async function read(answer: Response): Promise<{ status: number; body: any; text: string }> {
  const text = await answer.text();
  return { status: answer.status, text, body: text.startsWith('{') ? JSON.parse(text) : null };
}

/** Runs the operation and returns its job when it has ended. Throws when it is refused. */
export async function runJob({ origin }: Product, operation: string, args: object = {}): Promise<JobBody> {
  const answer = await fetch(`${origin}/api/v1/operations/${operation}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ args, confirm: operation, reason: 'a case from the field' }),
  });
  const { status, body, text } = await read(answer);
  if (status !== 202) throw new Error(`${operation} was refused with ${status}: ${text}`);
  for (;;) {
    const { body: job } = await get(`${origin}/api/v1/operations/jobs/${body.number}`);
    if (['succeeded', 'failed', 'cancelled'].includes(job.status)) return job;
    await after(pollMs);
  }
}
