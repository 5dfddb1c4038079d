// The token of CHL_ACCESS_TOKEN: an admin named `environment`, which is in no table.
import type { Config } from '../core/config.ts';
import type { KnownToken } from './token-repository.ts';
import { hashOf } from './secret.ts';

export const environmentName = 'environment';

/** `ofSession` names it in the table of sessions: it changes with the variable, which ends the former sessions. */
export type EnvironmentToken = KnownToken & { ofSession: string };

/** Null when the variable is not set. */
export function environmentToken({ accessToken }: Pick<Config, 'accessToken'>): EnvironmentToken | null {
  if (accessToken === null) return null;
  const hash = hashOf(accessToken);
  return { name: environmentName, role: 'admin', hash, ofSession: `${environmentName}:${hash.slice(0, 16)}` };
}
