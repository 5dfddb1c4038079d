// Decides who sends a request, by the database at that moment: a token that another process has revoked is refused at once.
import { AppError } from '../core/errors.ts';
import type { Authenticate, Credentials, Identity } from '../core/identity.ts';
import type { Kernel } from '../core/kernel.ts';
import { userName } from '../core/user.ts';
import type { Attempts } from './attempts.ts';
import type { EnvironmentToken } from './environment-token.ts';
import type { Requirement } from './requirement.ts';
import { hashOf, isSameHash } from './secret.ts';
import { limitsAt } from './session-limits.ts';
import type { SessionRepository } from './session-repository.ts';
import type { KnownToken, TokenRepository } from './token-repository.ts';

/** A valid token, with the hash of the session that was opened with it. */
type Found = Pick<KnownToken, 'name' | 'role'> & { session: string | null };

type Given = Pick<Kernel, 'config' | 'now'> & {
  requirement: Pick<Requirement, 'isRequired'>;
  environment: EnvironmentToken | null;
  tokens: Pick<TokenRepository, 'known'>;
  sessions: Pick<SessionRepository, 'find'>;
  attempts: Attempts;
  noteUse: (use: { token: string; session: string | null }) => void;
};

export type FindToken = (token: string) => KnownToken | null;

export function createAuthenticate(given: Given): Authenticate & { findToken: FindToken } {
  const { config, environment, now, tokens, sessions, attempts, noteUse } = given;
  const { isRequired } = given.requirement;
  const open = (): Identity => ({ name: config.operatorName.trim() || userName, role: 'admin', by: 'open' });

  return {
    isRequired,
    findToken,

    identify({ bearer, session, peer }) {
      if (!isRequired()) return open();
      const found = find({ bearer, session });
      if (found) {
        noteUse({ token: found.name, session: found.session });
        return { name: found.name, role: found.role, by: found.session === null ? 'bearer' : 'session' };
      }
      if (bearer !== null) throw attempts.fail(peer);
      throw new AppError('unauthorized', 'Sign in, or send a token as: Authorization: Bearer TOKEN');
    },

    roleOf: (credentials) => (isRequired() ? (find(credentials)?.role ?? null) : open().role),
  };

  function find({ bearer, session }: Pick<Credentials, 'bearer' | 'session'>): Found | null {
    if (bearer !== null) {
      const known = findToken(bearer);
      return known && { ...known, session: null };
    }
    return session === null ? null : findSession(session);
  }

  function findToken(token: string): KnownToken | null {
    const hash = hashOf(token);
    if (environment && isSameHash(environment.hash, hash)) return environment;
    const known = tokens.known(hash, now().toISOString());
    return known && isSameHash(known.hash, hash) ? known : null;
  }

  function findSession(secret: string): Found | null {
    const hash = hashOf(secret);
    const at = now();
    const found = sessions.find(hash, at.toISOString(), limitsAt(at));
    if (!found || !isSameHash(found.hash, hash)) return null;
    if (found.role !== null) return { name: found.token, role: found.role, session: hash };
    if (found.token !== environment?.ofSession) return null;
    return { name: environment.name, role: environment.role, session: hash };
  }
}
