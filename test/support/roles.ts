// A server with a token of each role. The requests of the app itself are an admin's unless they carry another token.
import type { Test } from 'tap';
import { hashOf, hintOf } from '../../src/access/secret.ts';
import { createTokenRepository } from '../../src/access/token-repository.ts';
import { type Role, roles } from '../../src/core/role.ts';
import { startApp, type TestApp } from './app.ts';

/** The headers of a role; `nobody` has none. */
export function as(role: Role | 'nobody'): Record<string, string> {
  return role === 'nobody' ? {} : { authorization: `Bearer ${tokenOf(role)}` };
}

/** Starts a server with `start`, by default an empty one in noop mode, which creates the tokens as its last step. */
export async function startWithRoles<App extends TestApp>(
  t: Test,
  start: (t: Test) => Promise<App> = (t) =>
    startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } }) as Promise<App>,
): Promise<App> {
  const app = await start(t);
  for (const role of roles) addToken(app, role, role);
  const { json, page, run, submit } = app;
  return {
    ...app,
    json: (address, body, headers = as('admin')) => json(address, body, headers),
    page: (address, headers = as('admin')) => page(address, headers),
    run: (operation, args, headers = as('admin')) => run(operation, args, headers),
    submit: (address, form, headers = as('admin')) => submit(address, form, headers),
  };
}

/** Adds a token, and returns its headers. */
export function addToken({ ops }: TestApp, name: string, role: Role): Record<string, string> {
  const secret = tokenOf(name);
  const given = { created_at: '2026-01-01T00:00:00.000Z', created_by: 'a test', expires_at: null };
  createTokenRepository(ops).put({ ...given, name, role, hash: hashOf(secret), hint: hintOf(secret) });
  return { authorization: `Bearer ${secret}` };
}

export function tokenOf(name: string): string {
  return `chl_of_a_test_${name}`;
}
