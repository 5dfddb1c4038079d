// The sessions of browsers, in the table `session` of ops.db.
import { type Db, prepareAll } from '../core/db/open.ts';
import type { Role } from '../core/role.ts';

/** `token`: its name, or that of the environment's token, see environment-token.ts. */
type Session = { hash: string; token: string; created_at: string; seen_at: string };

/** The times before which a session is too old. */
export type Limits = { created: string; seen: string };

export type SessionRepository = ReturnType<typeof createSessionRepository>;

export function createSessionRepository(ops: Db) {
  const statements = prepareAll(ops, {
    find: `
      SELECT s.hash, s.token, s.created_at, s.seen_at, t.role
      FROM session s LEFT JOIN access_token t
        ON t.name = s.token AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > @now)
      WHERE s.hash = @hash AND s.created_at > @created AND s.seen_at > @seen
    `,
    counts: `
      SELECT token, count(*) AS n FROM session WHERE created_at > @created AND seen_at > @seen GROUP BY token
    `,
    add: 'INSERT INTO session (hash, token, created_at, seen_at, peer) VALUES (@hash, @token, @now, @now, @peer)',
    remove: 'DELETE FROM session WHERE hash = ?',
    removeOf: 'DELETE FROM session WHERE token = ?',
    removeExcess: `
      DELETE FROM session WHERE token = @token AND hash NOT IN (
        SELECT hash FROM session WHERE token = @token ORDER BY created_at DESC, rowid DESC LIMIT @max
      )
    `,
    removeOld: 'DELETE FROM session WHERE created_at <= @created OR seen_at <= @seen',
    noteUse: 'UPDATE session SET seen_at = @now WHERE hash = @hash',
  });

  return {
    /** `role`: of its token; null when that is none of the table, or is not valid any more. */
    find: (hash: string, now: string, limits: Limits) =>
      (statements.find.get({ hash, now, ...limits }) as (Session & { role: Role | null }) | undefined) ??
      null,

    /** The number of sessions by token. */
    counts: (limits: Limits) =>
      new Map(
        (statements.counts.all(limits) as { token: string; n: number }[]).map(({ token, n }) => [token, n]),
      ),

    add: (session: { hash: string; token: string; now: string; peer: string | null }) =>
      void statements.add.run(session),
    remove: (hash: string) => void statements.remove.run(hash),
    removeOf: (token: string) => void statements.removeOf.run(token),

    /** Keeps the newest sessions of a token. Returns how many it has removed. */
    removeExcess: (token: string, max: number): number =>
      Number(statements.removeExcess.run({ token, max }).changes),

    removeOld: (limits: Limits) => void statements.removeOld.run(limits),
    noteUse: (hash: string, now: string) => void statements.noteUse.run({ hash, now }),
  };
}
