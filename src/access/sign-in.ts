// Exchanges a token for the session of a browser, and ends sessions.
import type { Requester } from '../core/audit.ts';
import type { Identity } from '../core/identity.ts';
import type { Kernel } from '../core/kernel.ts';
import type { Attempts } from './attempts.ts';
import type { FindToken } from './authenticate.ts';
import { type EnvironmentToken, environmentName } from './environment-token.ts';
import { hashOf, newSecret } from './secret.ts';
import { limitsAt, maxSessions } from './session-limits.ts';
import type { SessionRepository } from './session-repository.ts';
import { type KnownToken, type TokenRepository, tokenTarget } from './token-repository.ts';

type Given = Pick<Kernel, 'audit' | 'bus' | 'now' | 'untilFree'> & {
  environment: EnvironmentToken | null;
  tokens: Pick<TokenRepository, 'noteUse' | 'transaction'>;
  sessions: SessionRepository;
  attempts: Attempts;
  findToken: FindToken;
};

type Opened = { secret: string; identity: Identity };

export function createSignIn(given: Given) {
  const { attempts, audit, bus, environment, findToken, now, sessions, tokens, untilFree } = given;

  return {
    /** Opens a session and returns its secret, which is kept as a hash. `former`: the browser's session before, which ends.
     *  A right token is never refused: beyond `maxSessions` its oldest session ends, and beyond twenty a minute its sign-ins are
     *  counted in one audit row. Throws `unauthorized`, `too_many_attempts`. */
    async signIn(token: string, former: string | null, by: Requester): Promise<Opened> {
      const known = findToken(token);
      if (!known) throw attempts.fail(by.peer ?? '');
      return open(known, former, { ...by, actor: known.name, role: known.role });
    },

    /** Opens a session for the browser that has created the first token, which would be signed out by it. */
    openFor: (known: KnownToken, by: Requester): Promise<Opened> => open(known, null, by),

    /** Ends a session; without one it does nothing. */
    async signOut(secret: string | null, by: Requester): Promise<void> {
      if (secret === null) return;
      await untilFree(() =>
        tokens.transaction(() => {
          sessions.remove(hashOf(secret));
          audit.record({ event: 'access.sign_out', outcome: 'ok', by, target: tokenTarget(by.actor) });
        }),
      );
      bus.emit('access');
    },
  };

  async function open(known: KnownToken, former: string | null, by: Requester): Promise<Opened> {
    const secret = newSecret();
    const at = now();
    const token = known.name === environmentName ? (environment?.ofSession ?? '') : known.name;
    await untilFree(() =>
      tokens.transaction(() => {
        sessions.removeOld(limitsAt(at));
        if (former !== null) sessions.remove(hashOf(former));
        tokens.noteUse(known.name, at.toISOString());
        sessions.add({ hash: hashOf(secret), token, now: at.toISOString(), peer: by.peer });
        const ended = sessions.removeExcess(token, maxSessions);
        const detail = { role: known.role, session: 'set', ...(ended > 0 ? { ended } : {}) };
        const entry = { event: 'access.sign_in', by, target: tokenTarget(known.name), detail };
        audit.recordLimited(known.name, entry);
      }),
    );
    bus.emit('access');
    return { secret, identity: { name: known.name, role: known.role, by: 'session' } };
  }
}
