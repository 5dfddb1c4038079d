// The tokens as the page, the API and the command line list them.
import type { Kernel } from '../core/kernel.ts';
import { type EnvironmentToken, environmentName } from './environment-token.ts';
import { limitsAt } from './session-limits.ts';
import type { SessionRepository } from './session-repository.ts';
import { isActiveAt, type TokenRecord, type TokenRepository } from './token-repository.ts';

export type ListedToken = Omit<TokenRecord, 'created_at'> & {
  /** Null for that of the environment. */
  created_at: string | null;
  state: 'active' | 'expired' | 'revoked';
  /** Browsers that are signed in with it. */
  sessions: number;
};

type Given = Pick<Kernel, 'now'> & {
  environment: EnvironmentToken | null;
  tokenRepository: Pick<TokenRepository, 'all'>;
  sessionRepository: Pick<SessionRepository, 'counts'>;
};

/** Lists the token of the environment first, then the oldest first. */
export function listTokens({ environment, now, tokenRepository, sessionRepository }: Given): ListedToken[] {
  const at = now();
  const sessions = sessionRepository.counts(limitsAt(at));
  const stored = tokenRepository.all().map((token) => ({
    ...token,
    state: stateAt(token, at.toISOString()),
    sessions: sessions.get(token.name) ?? 0,
  }));
  return environment ? [ofEnvironment(environment, sessions), ...stored] : stored;
}

function stateAt(token: TokenRecord, now: string): ListedToken['state'] {
  if (token.revoked_at !== null) return 'revoked';
  return isActiveAt(token, now) ? 'active' : 'expired';
}

function ofEnvironment({ ofSession }: EnvironmentToken, sessions: Map<string, number>): ListedToken {
  const never = { created_at: null, expires_at: null, last_used_at: null, revoked_at: null };
  const token = { name: environmentName, role: 'admin', hint: '', created_by: 'CHL_ACCESS_TOKEN' } as const;
  return { ...token, ...never, state: 'active', sessions: sessions.get(ofSession) ?? 0 };
}
