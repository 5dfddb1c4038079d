// Statements that write entries beside the embedding queue, as other programs do (add, remove, rewrite, replace, mark), and
// that read the counts. Ids of experiences begin with E, those of manuals with M.
import type { Db } from '../../src/core/db/open.ts';

export type Status = 'pending' | 'embedded' | 'failed';
const at = '2026-01-01T00:00:00.000Z';

export function createQueueEntries(library: Db) {
  const shared = `'local', 1, '${at}', '${at}'`;
  const addExperience = library.prepare(`
    INSERT INTO experiences (id, category_code, section, title, playbook, source, sync_status, created_at, updated_at)
    VALUES (@id, 'GEN', 'useful', 'Title of ' || @id, 'Do it.', ${shared})
  `);
  const addManual = library.prepare(`
    INSERT INTO category_manuals (id, category_code, title, content, source, sync_status, created_at, updated_at)
    VALUES (@id, 'GEN', 'Title of ' || @id, 'Text.', ${shared})
  `);
  const attempts = library.prepare('SELECT coalesce(max(attempts), 0) FROM ops_embedding_task').pluck();
  const totals = library.prepare('SELECT experiences, manuals FROM ops_library_state');

  return {
    add: (id: string) => (id.startsWith('E') ? addExperience : addManual).run({ id }),
    remove: (id: string) => library.prepare(`DELETE FROM ${tableOf(id)} WHERE id = ?`).run(id),
    rewrite: (id: string) =>
      library.prepare(`UPDATE ${tableOf(id)} SET title = title || '.' WHERE id = ?`).run(id),
    mark: (id: string, status: Status) =>
      library.prepare(`UPDATE ${tableOf(id)} SET embedding_status = ? WHERE id = ?`).run(status, id),
    /** REPLACE deletes the old row without firing a trigger. */
    replace(id: string, status: Status) {
      library.exec(`CREATE TEMP TABLE copy AS SELECT * FROM ${tableOf(id)} WHERE id = '${id}'`);
      library.exec(`UPDATE copy SET embedding_status = '${status}'`);
      library.exec(`INSERT OR REPLACE INTO ${tableOf(id)} SELECT * FROM copy; DROP TABLE copy`);
    },
    /** Fires triggers without a change. */
    ignore: (id: string) =>
      library.exec(`INSERT OR IGNORE INTO ${tableOf(id)} SELECT * FROM ${tableOf(id)} WHERE id = '${id}'`),
    maxAttempts: () => attempts.get() as number,
    /** Reads the totals that triggers keep. */
    totals: () => totals.get() as { experiences: number; manuals: number },
  };
}

const tableOf = (id: string) => (id.startsWith('E') ? 'experiences' : 'category_manuals');
