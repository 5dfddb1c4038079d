// A server in which a Bearer token names the role of its sender, and a request without one is an admin's.
import type { Test } from 'tap';
import { access } from '../../src/access/feature.ts';
import { AppError } from '../../src/core/errors.ts';
import type { Authenticate, Credentials } from '../../src/core/identity.ts';
import { type Role, roles } from '../../src/core/role.ts';
import { startApp, type TestApp } from './app.ts';

const roleOf = ({ bearer }: Credentials): Role | null =>
  bearer === null ? 'admin' : (roles.find((role) => role === bearer) ?? null);

const byBearer = {
  isRequired: () => true,
  roleOf,
  identify(credentials: Credentials) {
    const role = roleOf(credentials);
    if (role) return { name: role, role, by: 'bearer' };
    throw new AppError('unauthorized', 'Sign in.');
  },
} as Authenticate;

/** The headers of a role; `nobody` has none. */
export function as(role: Role | 'nobody'): Record<string, string> {
  return { authorization: `Bearer ${role}` };
}

/** Starts a server with `start`, by default an empty one in noop mode. */
export async function startWithRoles<App extends TestApp>(
  t: Test,
  start: (t: Test) => Promise<App> = (t) =>
    startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } }) as Promise<App>,
): Promise<App> {
  const { authenticate } = access;
  access.authenticate = () => byBearer;
  try {
    return await start(t);
  } finally {
    if (authenticate) access.authenticate = authenticate;
  }
}
