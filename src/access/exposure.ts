// A server that other machines can reach needs a token, and somebody who has asked for it.
import type { Config } from '../core/config.ts';
import { AppError } from '../core/errors.ts';
import { isRemote } from '../core/host.ts';

/** Throws `config` with what to do. `hasToken`: CHL_ACCESS_TOKEN is set, or there is an admin token. */
export function refuseExposure(
  { host, allowRemote }: Pick<Config, 'host' | 'allowRemote'>,
  hasToken: boolean,
) {
  if (!isRemote(host) || (allowRemote && hasToken)) return;
  const named = `CHL_HOST is ${JSON.stringify(host)}, at which other machines reach this server.`;
  const steps = [
    ...(allowRemote ? [] : ['set CHL_ALLOW_REMOTE=1']),
    ...(hasToken ? [] : ['create a token with "npm run chl -- token create --name NAME --role admin"']),
  ];
  throw new AppError(
    'config',
    `${named} If you want that, ${steps.join(', and ')}. Otherwise set CHL_HOST to 127.0.0.1.`,
  );
}
