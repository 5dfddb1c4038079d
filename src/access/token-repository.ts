// The access tokens, in the table `access_token` of ops.db. A row stays when its token is revoked, until its name is used
// again. Times are ISO 8601 UTC as Date writes them, so that text compares as time does.
import { type Db, prepareAll } from '../core/db/open.ts';
import type { Role } from '../core/role.ts';

export type TokenRecord = {
  name: string;
  role: Role;
  hint: string;
  created_at: string;
  created_by: string;
  expires_at: string | null;
  last_used_at: string | null;
  revoked_at: string | null;
};

export type KnownToken = Pick<TokenRecord, 'name' | 'role'> & { hash: string };

/** The target of the audit rows of a token. */
export const tokenTarget = (name: string): string => `token:${name}`;

const columns = 'name, role, hint, created_at, created_by, expires_at, last_used_at, revoked_at';
const isActive = 'revoked_at IS NULL AND (expires_at IS NULL OR expires_at > @now)';

export type TokenRepository = ReturnType<typeof createTokenRepository>;

export function createTokenRepository(ops: Db) {
  const statements = prepareAll(ops, {
    all: `SELECT ${columns} FROM access_token ORDER BY created_at, name`,
    find: `SELECT ${columns} FROM access_token WHERE name = ?`,
    known: `SELECT name, role, hash FROM access_token WHERE hash = @hash AND ${isActive}`,
    countAdmins: `SELECT count(*) AS n FROM access_token WHERE role = 'admin' AND revoked_at IS NULL`,
    countOtherAdmins: `
      SELECT count(*) AS n FROM access_token WHERE role = 'admin' AND name <> @name AND ${isActive}
    `,
    put: `
      INSERT INTO access_token (name, role, hash, hint, created_at, created_by, expires_at)
      VALUES (@name, @role, @hash, @hint, @created_at, @created_by, @expires_at)
      ON CONFLICT (name) DO UPDATE SET role = excluded.role, hash = excluded.hash, hint = excluded.hint,
        created_at = excluded.created_at, created_by = excluded.created_by, expires_at = excluded.expires_at,
        last_used_at = NULL, revoked_at = NULL
    `,
    revoke: 'UPDATE access_token SET revoked_at = @now WHERE name = @name',
    noteUse: 'UPDATE access_token SET last_used_at = @now WHERE name = @name',
  });

  return {
    /** The oldest first, revoked and expired ones included. */
    all: () => statements.all.all() as TokenRecord[],

    find: (name: string) => (statements.find.get(name) as TokenRecord | undefined) ?? null,

    /** The token with this hash, unless it is revoked or has expired. */
    known: (hash: string, now: string) =>
      (statements.known.get({ hash, now }) as KnownToken | undefined) ?? null,

    /** How many admin tokens are not revoked; expired ones count. */
    countAdmins: () => (statements.countAdmins.get() as { n: number }).n,

    /** How many admin tokens are valid besides the one of that name. */
    countOtherAdmins: (name: string, now: string) =>
      (statements.countOtherAdmins.get({ name, now }) as { n: number }).n,

    /** Creates a token, or replaces the one of that name. */
    put(token: Omit<TokenRecord, 'last_used_at' | 'revoked_at'> & { hash: string }) {
      statements.put.run(token);
    },

    revoke: (name: string, now: string) => void statements.revoke.run({ name, now }),
    noteUse: (name: string, now: string) => void statements.noteUse.run({ name, now }),
    transaction: <T>(work: () => T): T => ops.transaction(work).immediate(),
  };
}

/** Whether a token can be used at `now`. */
export function isActiveAt({ revoked_at, expires_at }: TokenRecord, now: string): boolean {
  return revoked_at === null && (expires_at === null || expires_at > now);
}
