// Errors that the server counts.
import { errors } from '../../src/errors/feature.ts';
import type { TestApp } from './app.ts';

type Logged = { message: string; code?: string; what?: string } & Record<string, unknown>;

/** Logs an error as a part of the server does, and waits until it is counted. Gives the id of its group. */
export async function addError(app: Pick<TestApp, 'log' | 'use' | 'json'>, given: Logged): Promise<number> {
  logError(app, given);
  await app.use(errors).collector.runOnce();
  const { body } = await app.json('/api/v1/errors?limit=1');
  return body.items[0].id;
}

export function logError(
  { log }: Pick<TestApp, 'log'>,
  { message, code, what = 'a test failed', ...fields }: Logged,
) {
  const err = Object.assign(new Error(message), code === undefined ? {} : { code });
  log.error({ err, ...fields }, what);
}
