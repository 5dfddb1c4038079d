// The named sheets, in the table `source` of ops.db. The server changes them; scripts read them.
import fs from 'node:fs';
import { type Db, openDatabase, prepareAll, scriptBusyMs } from '../core/db/open.ts';
import { firstSources, type SheetSource, type SourceFinder } from '../core/sheet-source.ts';

type Row = Omit<SheetSource, 'tabs'> & { tabs: string | null };

/** The time and author of a sheet's last change; null for a sheet unchanged since the first start. */
export type Change = { changed_at: string | null; changed_by: string | null };

export type SourceRepository = ReturnType<typeof createSourceRepository>;

export function createSourceRepository(ops: Db) {
  const columns = 'name, kind, place, tabs';
  const statements = prepareAll(ops, {
    all: `SELECT ${columns} FROM source ORDER BY name`,
    find: `SELECT ${columns} FROM source WHERE name = ?`,
    change: 'SELECT changed_at, changed_by FROM source WHERE name = ?',
    put: `
      INSERT INTO source (${columns}, changed_at, changed_by)
      VALUES (@name, @kind, @place, @tabs, @changed_at, @changed_by)
      ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, place = excluded.place, tabs = excluded.tabs,
        changed_at = excluded.changed_at, changed_by = excluded.changed_by
    `,
    remove: 'DELETE FROM source WHERE name = ?',
  });
  return {
    all: (): SheetSource[] => (statements.all.all() as Row[]).map(parse),

    find(name: string): SheetSource | null {
      const row = statements.find.get(name) as Row | undefined;
      return row ? parse(row) : null;
    },

    changeOf: (name: string) =>
      (statements.change.get(name) as Change | undefined) ?? { changed_at: null, changed_by: null },

    put({ tabs, ...source }: SheetSource, change: Change) {
      statements.put.run({ ...source, tabs: tabs && JSON.stringify(tabs), ...change });
    },

    remove: (name: string) => void statements.remove.run(name),

    transaction: <T>(work: () => T): T => ops.transaction(work)(),
  };
}

/** For a script: opens ops.db for each search, and closes it. Before the first start of the server there is none. */
export function openSourceFinder(opsDatabasePath: string): SourceFinder {
  const readAll = () => {
    if (!fs.existsSync(opsDatabasePath)) return [...firstSources];
    const ops = openDatabase(opsDatabasePath, { busyMs: scriptBusyMs, readonly: true });
    try {
      return createSourceRepository(ops).all();
    } finally {
      ops.close();
    }
  };
  return { all: readAll, find: (name) => readAll().find((source) => source.name === name) ?? null };
}

function parse({ tabs, ...row }: Row): SheetSource {
  return { ...row, tabs: tabs === null ? null : JSON.parse(tabs) };
}
