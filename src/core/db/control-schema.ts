// The tables of ops.db for access, settings, credentials, findings and starts. Times are ISO 8601 UTC.
import { sql } from 'drizzle-orm';
import { check, integer, primaryKey, sqliteTable, text, unique } from 'drizzle-orm/sqlite-core';

/** `hash`: SHA-256 of the token, which is shown once. `hint`: its first characters. */
export const accessToken = sqliteTable(
  'access_token',
  {
    name: text().primaryKey(),
    role: text().notNull(),
    hash: text().notNull().unique(),
    hint: text().notNull(),
    created_at: text().notNull(),
    created_by: text().notNull(),
    expires_at: text(),
    last_used_at: text(),
    revoked_at: text(),
  },
  () => [
    check('access_token_role', sql`role IN ('viewer', 'operator', 'admin')`),
    check('access_token_name', sql`length(name) BETWEEN 1 AND 40`),
  ],
);

/** `hash`: SHA-256 of the cookie's value. `token`: the name of the token that signed in. */
export const session = sqliteTable('session', {
  hash: text().primaryKey(),
  token: text().notNull(),
  created_at: text().notNull(),
  seen_at: text().notNull(),
  peer: text(),
});

/** A saved setting; a missing row means its default. `value` is JSON. */
export const setting = sqliteTable('setting', {
  key: text().primaryKey(),
  value: text().notNull(),
  changed_at: text().notNull(),
  changed_by: text().notNull(),
});

/** A file with a secret, and the result of its last check. `slot`: the file in use (`saved`), one that waits until its
 *  check passes (`next`), or the one that the environment names, of which only the check is kept. `steps` is JSON: those
 *  of the check. */
export const credential = sqliteTable(
  'credential',
  {
    name: text().notNull(),
    slot: text().notNull(),
    path: text().notNull(),
    kind: text().notNull(),
    sha256: text().notNull(),
    mode: integer().notNull(),
    changed_at: text().notNull(),
    changed_by: text().notNull(),
    checked_at: text(),
    status: text(),
    text: text(),
    steps: text(),
  },
  (table) => [
    primaryKey({ columns: [table.name, table.slot] }),
    check('credential_slot', sql`slot IN ('saved', 'next', 'environment')`),
    check('credential_kind', sql`kind IN ('service_account', 'api_key')`),
    check('credential_status', sql`status IN ('ok', 'warning', 'error')`),
  ],
);

/** The findings of checks. Of the cleared ones, all that are muted and a thousand others stay, so that a mute survives.
 *  `stops` is JSON: the operations that fail. */
export const finding = sqliteTable(
  'finding',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    check_id: text().notNull(),
    subject: text().notNull(),
    component: text().notNull(),
    severity: text().notNull(),
    title: text().notNull(),
    text: text().notNull(),
    stops: text().notNull(),
    fix: text(),
    runbook: text(),
    opened_at: text().notNull(),
    seen_at: text().notNull(),
    cleared_at: text(),
    times: integer().notNull(),
    muted_until: text(),
    muted_by: text(),
    mute_reason: text(),
    incident: integer(),
  },
  (table) => [
    unique('finding_subject').on(table.check_id, table.subject),
    check('finding_severity', sql`severity IN ('info', 'warning', 'error')`),
  ],
);

/** The starts of the server, and how each run ended; `ended_at` null: it runs. */
export const serverStart = sqliteTable(
  'server_start',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    at: text().notNull(),
    version: text().notNull(),
    commit: text(),
    node: text().notNull(),
    sqlite: text().notNull(),
    mode: text().notNull(),
    pid: integer().notNull(),
    boot_id: text(),
    config_sha256: text().notNull(),
    ended_at: text(),
    end: text(),
  },
  () => [check('server_start_end', sql`"end" IN ('stopped', 'lost')`)],
);
