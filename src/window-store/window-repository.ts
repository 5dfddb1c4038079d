// The maintenance windows, in ops.db. Each move is one guarded UPDATE … RETURNING; null when the window was in another state.
// Everything throws `maintenance` while the table cannot be read.
import { type Db, prepareAll } from '../core/db/open.ts';
import { accessWindows } from './refusal.ts';
import type { Window } from './window.ts';

export type NewWindow = Pick<
  Window,
  'level' | 'reason' | 'starts_at' | 'ends_at' | 'created_by' | 'created_at'
>;

export type WindowRepository = ReturnType<typeof createWindowRepository>;

const sql = {
  find: 'SELECT * FROM maintenance_window WHERE id = ?',
  open: 'SELECT * FROM maintenance_window WHERE ended_at IS NULL ORDER BY id',
  history: `
    SELECT * FROM maintenance_window WHERE ended_at IS NOT NULL AND id < @before ORDER BY id DESC LIMIT @limit
  `,
  insert: `
    INSERT INTO maintenance_window (level, reason, starts_at, ends_at, created_by, created_at)
    VALUES (@level, @reason, @starts_at, @ends_at, @created_by, @created_at) RETURNING *
  `,
  begin: `
    UPDATE maintenance_window SET begun_at = @at WHERE id = @id AND begun_at IS NULL AND ended_at IS NULL
    RETURNING *
  `,
  enter: `
    UPDATE maintenance_window SET entered_at = @at
    WHERE id = @id AND begun_at IS NOT NULL AND entered_at IS NULL AND ended_at IS NULL RETURNING *
  `,
  extend: `
    UPDATE maintenance_window SET ends_at = @endsAt WHERE id = @id AND ends_at = @before AND ended_at IS NULL
    RETURNING *
  `,
  end: `
    UPDATE maintenance_window SET ended_at = @at, ended_by = @by WHERE id = @id AND ended_at IS NULL RETURNING *
  `,
};

export function createWindowRepository(ops: Db) {
  const statements = prepareAll(ops, sql);
  const first = (name: keyof typeof sql, ...given: unknown[]) =>
    accessWindows(() => (statements[name].get(...given) as Window | undefined) ?? null);
  const all = (name: keyof typeof sql, ...given: unknown[]) =>
    accessWindows(() => statements[name].all(...given) as Window[]);

  return {
    find: (id: number) => first('find', id),
    /** Those that have not ended, oldest first. */
    open: () => all('open'),
    /** Ended ones, newest first, with an id below `before`. */
    history: (limit: number, before = Number.MAX_SAFE_INTEGER) => all('history', { limit, before }),

    insert: (window: NewWindow) => first('insert', window) as Window,
    begin: (id: number, at: string) => first('begin', { id, at }),
    enter: (id: number, at: string) => first('enter', { id, at }),
    /** Null also when its end is not `before` any more. */
    extend: (id: number, before: string, endsAt: string) => first('extend', { id, before, endsAt }),
    end: (id: number, at: string, by: string) => first('end', { id, at, by }),

    transaction: <T>(work: () => T): T => ops.transaction(work).immediate(),
  };
}
