// The starts of the server in ops.db, and how each run ended.
import { type Db, prepareAll } from '../core/db/open.ts';

export type Start = {
  at: string;
  version: string;
  commit: string | null;
  node: string;
  sqlite: string;
  mode: string;
  pid: number;
  boot_id: string | null;
  config_sha256: string;
};

/** `ended_at` null: it runs, or it was lost since the last start. */
type EndedStart = Start & { id: number; ended_at: string | null; end: 'stopped' | 'lost' | null };

/** `config_changed`: its settings differ from those of the start before; null for the first. */
export type ListedStart = Omit<EndedStart, 'config_sha256'> & { config_changed: boolean | null };

export type Starts = ReturnType<typeof createStarts>;

/** The newest sample of a run, or its start: when it was last seen alive. */
const lastSign = `
  max(server_start.at, coalesce((
    SELECT strftime('%Y-%m-%dT%H:%M:%fZ', max(sample.at), 'unixepoch') FROM sample
    WHERE sample.at >= unixepoch(server_start.at) AND sample.at <= coalesce(
      (SELECT unixepoch(min(next.at)) FROM server_start AS next WHERE next.id > server_start.id),
      sample.at
    )
  ), ''))
`;

/** A start as a chart shows it; `isAfterLoss`: the run before it was lost. */
export type ChartedStart = { at: string; isAfterLoss: boolean };

/** A crash loop must not fill the table. */
const keptStarts = 1000;
const chartedStarts = 100;

const sql = {
  add: `
    INSERT INTO server_start (at, version, "commit", node, sqlite, mode, pid, boot_id, config_sha256)
    VALUES (@at, @version, @commit, @node, @sqlite, @mode, @pid, @boot_id, @config_sha256)
  `,
  prune: 'DELETE FROM server_start WHERE id <= ?',
  stop: `UPDATE server_start SET ended_at = @at, "end" = 'stopped' WHERE id = @id AND ended_at IS NULL`,
  closeLost: `UPDATE server_start SET ended_at = ${lastSign}, "end" = 'lost' WHERE ended_at IS NULL`,
  lostSince: `SELECT count(*) AS lost FROM server_start WHERE "end" = 'lost' AND ended_at > ?`,
  newSince: `
    SELECT min(at) AS at FROM server_start WHERE version = @version
      AND id > (SELECT max(id) FROM server_start WHERE version <> @version)
  `,
  first: 'SELECT at FROM server_start ORDER BY id LIMIT 1',
  list: `
    SELECT * FROM server_start WHERE id < coalesce(@before, 9e15) ORDER BY id DESC LIMIT @limit
  `,
  since: `
    SELECT at, (
      SELECT "end" = 'lost' FROM server_start AS before WHERE before.id < server_start.id
      ORDER BY before.id DESC LIMIT 1
    ) AS is_after_loss
    FROM server_start
    WHERE id > (SELECT max(id) FROM server_start) - ${chartedStarts} AND at >= ? ORDER BY id
  `,
};

export function createStarts(ops: Db) {
  const statements = prepareAll(ops, sql);
  return {
    /** Returns its id. Removes the oldest starts. */
    add(start: Start): number {
      const id = Number(statements.add.run(start).lastInsertRowid);
      statements.prune.run(id - keptStarts);
      return id;
    },

    recordStop: (id: number, at: string) => void statements.stop.run({ id, at }),

    /** Closes the rows of runs that have not recorded their end. */
    closeLost: () => void statements.closeLost.run(),

    /** The time of the oldest start that is kept; null before the first. */
    first: () => (statements.first.pluck().get() as string | undefined) ?? null,

    /** The first start of that version after another one; null if no other one has run before it. */
    newSince: (version: string): string | null =>
      (statements.newSince.get({ version }) as { at: string | null }).at,

    /** Counts the runs that have ended since then without a stop. */
    lostSince: (time: Date): number =>
      (statements.lostSince.get(time.toISOString()) as { lost: number }).lost,

    /** The newest first; `cursor` is the id of the last start of the page before. */
    list(limit: number, cursor: number | null = null): { items: ListedStart[]; next: number | null } {
      const rows = statements.list.all({ limit: limit + 1, before: cursor }) as EndedStart[];
      const items = rows.slice(0, limit).map(({ config_sha256, ...start }, index) => {
        const before = rows[index + 1];
        return { ...start, config_changed: before ? before.config_sha256 !== config_sha256 : null };
      });
      return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
    },

    /** Oldest first, at most the last hundred. */
    since: (time: Date): ChartedStart[] =>
      (statements.since.all(time.toISOString()) as { at: string; is_after_loss: 0 | 1 | null }[]).map(
        ({ at, is_after_loss }) => ({ at, isAfterLoss: is_after_loss === 1 }),
      ),

    sqliteVersion: () => ops.prepare<[], string>('SELECT sqlite_version()').pluck().get() ?? '',
  };
}
