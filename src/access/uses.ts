// Notes when tokens and sessions were last used: at most once a minute each, after the request, and only if the database is
// free. Nothing depends on a note that is lost.
import { type Db, withoutSync } from '../core/db/open.ts';
import type { Log } from '../core/log.ts';
import type { SessionRepository } from './session-repository.ts';
import type { TokenRepository } from './token-repository.ts';

const everyMs = 60_000;
const maxNoted = 1000;

/** `token`: its name; `session`: its hash, null for a request that sends the token itself. */
type Use = { token: string; session: string | null };

type Given = {
  ops: Db;
  log: Log;
  now: () => Date;
  tokens: Pick<TokenRepository, 'noteUse'>;
  sessions: Pick<SessionRepository, 'noteUse'>;
};

export function createUses({ ops, log, now, tokens, sessions }: Given) {
  const notedAt = new Map<string, number>();

  return ({ token, session }: Use) => {
    const key = session ?? token;
    const at = now().getTime();
    if (at - (notedAt.get(key) ?? 0) < everyMs) return;
    if (notedAt.size >= maxNoted) notedAt.clear();
    notedAt.set(key, at);
    setImmediate(() => write({ token, session }, new Date(at).toISOString()));
  };

  function write({ token, session }: Use, at: string) {
    try {
      withoutSync(ops, () => {
        tokens.noteUse(token, at);
        if (session !== null) sessions.noteUse(session, at);
      });
    } catch (error) {
      log.debug({ err: error }, 'the use of a token was not noted');
    }
  }
}
