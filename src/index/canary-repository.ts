// The canaries in ops.db.
import type { Config } from '../core/config.ts';
import { type Db, prepareAll, scriptBusyMs } from '../core/db/open.ts';
import { readFrom } from '../core/db/read-from.ts';
import type { Canary } from './canary.ts';

export type CanaryRepository = ReturnType<typeof createCanaryRepository>;

const all = 'SELECT id, query, kind, entity_id, created_at, created_by FROM canary ORDER BY id';
const sql = {
  all,
  add: `
    INSERT INTO canary (query, kind, entity_id, created_at, created_by)
    VALUES (@query, @kind, @entity_id, @created_at, @created_by)
  `,
  remove: 'DELETE FROM canary WHERE id = ?',
};

export function createCanaryRepository(ops: Db) {
  const statements = prepareAll(ops, sql);
  return {
    transaction: <T>(work: () => T): T => ops.transaction(work).immediate(),

    /** In the order in which they were added. */
    all: () => statements.all.all() as Canary[],

    /** Gives the id. */
    add: (canary: Omit<Canary, 'id'>) => Number(statements.add.run(canary).lastInsertRowid),

    remove: (id: number) => void statements.remove.run(id),
  };
}

/** The canaries, for a script. Empty without an ops.db, as in a run by hand. */
export const readCanaries = ({ opsDatabasePath }: Pick<Config, 'opsDatabasePath'>): Canary[] =>
  readFrom(opsDatabasePath, (ops) => ops.prepare<[], Canary>(all).all(), scriptBusyMs) ?? [];
