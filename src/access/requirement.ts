// Whether requests need a token: once there is an admin token, or other machines reach the server.
import type { Config } from '../core/config.ts';
import { isRemote } from '../core/host.ts';
import type { Kernel } from '../core/kernel.ts';
import type { EnvironmentToken } from './environment-token.ts';
import type { TokenRecord, TokenRepository } from './token-repository.ts';

type Given = Pick<Kernel, 'now' | 'only'> & {
  config: Pick<Config, 'host'>;
  environment: EnvironmentToken | null;
  tokens: Pick<TokenRepository, 'countAdmins' | 'countOtherAdmins'>;
};

export type Requirement = ReturnType<typeof createRequirement>;

export function createRequirement({ config, environment, now, only, tokens }: Given) {
  const hasAdmin = () => environment !== null || tokens.countAdmins() > 0;

  return {
    /** CHL_ACCESS_TOKEN is set, or there is an admin token. */
    hasAdmin,

    /** A run by hand does not listen: its user may write the data, and needs no token. A token that expires opens nothing: the
     *  way back is the command line on the machine. */
    isRequired: () => only === null && (isRemote(config.host) || hasAdmin()),

    /** Whether no valid admin token is left once this one is revoked. */
    isLastAdmin: (token: TokenRecord) =>
      isAdmin(token) &&
      environment === null &&
      tokens.countOtherAdmins(token.name, now().toISOString()) === 0,

    /** Whether everything opens on this machine once the token is revoked: no expired admin token is left either. */
    opensWithout: (token: TokenRecord) =>
      isAdmin(token) && environment === null && tokens.countAdmins() === 1,
  };
}

function isAdmin({ role, revoked_at }: TokenRecord): boolean {
  return role === 'admin' && revoked_at === null;
}
