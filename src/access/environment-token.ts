// The token of CHL_ACCESS_TOKEN: an admin named `environment`, which is in no table.
import type { Config } from '../core/config.ts';
import { environmentActor } from '../core/own-actors.ts';
import { settingStates } from '../core/settings/in-use.ts';
import { isLocked, setByEnvironment } from '../core/settings/locked.ts';
import type { KnownToken } from './token-repository.ts';
import { hashOf } from './secret.ts';

export const environmentName = environmentActor;

/** `ofSession` names it in the table of sessions: it changes with the variable, which ends the former sessions. */
export type EnvironmentToken = KnownToken & { ofSession: string };

/** Null when the variable is not set. */
export function environmentToken({ accessToken }: Pick<Config, 'accessToken'>): EnvironmentToken | null {
  if (accessToken === null) return null;
  const hash = hashOf(accessToken);
  return { name: environmentName, role: 'admin', hash, ofSession: `${environmentName}:${hash.slice(0, 16)}` };
}

/** Throws `set_by_environment` for the name of that token, if the environment sets one. */
export function assertNotOfEnvironment(config: Config, name: string) {
  const state = settingStates(config).find(({ setting }) => setting.key === 'access.token');
  if (name === environmentName && state && isLocked(state))
    throw setByEnvironment(state, `Token ${environmentName}`);
}
