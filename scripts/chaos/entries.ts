// Statements for the chaos of workers: add and rewrite entries, and record each embedding that is written.
import type { Db } from '../../src/core/db/open.ts';

const at = '2026-01-01T00:00:00.000Z';

export function createEntries(library: Db) {
  library.exec(`
    INSERT OR IGNORE INTO categories VALUES ('GEN', 'General', NULL, '${at}');
    CREATE TABLE IF NOT EXISTS chaos_written (entity_id TEXT, content_hash TEXT);
    CREATE TRIGGER IF NOT EXISTS chaos_written AFTER INSERT ON embeddings BEGIN
      INSERT INTO chaos_written VALUES (NEW.entity_id, NEW.content_hash);
    END;
  `);
  const experience = library.prepare(`
    INSERT INTO experiences (id, category_code, section, title, playbook, source, sync_status, created_at, updated_at)
    VALUES (?, 'GEN', 'useful', ?, 'Do it.', 'local', 1, '${at}', '${at}')
  `);
  const manual = library.prepare(`
    INSERT INTO category_manuals (id, category_code, title, content, source, sync_status, created_at, updated_at)
    VALUES (?, 'GEN', ?, 'Text.', 'local', 1, '${at}', '${at}')
  `);
  const rewrite = library.prepare('UPDATE experiences SET title = ? WHERE id = ?');
  const written = library.prepare('SELECT count(*) FROM chaos_written').pluck();
  const twice = library
    .prepare('SELECT entity_id FROM chaos_written GROUP BY entity_id, content_hash HAVING count(*) > 1')
    .pluck();
  const wrong = library
    .prepare(`
      SELECT id FROM (SELECT id, embedding_status FROM experiences UNION ALL SELECT id, embedding_status FROM category_manuals)
      WHERE embedding_status <> 'embedded' OR (SELECT count(*) FROM embeddings WHERE entity_id = id) <> 1
    `)
    .pluck();
  const claimed = library.prepare('SELECT count(*) FROM ops_embedding_task WHERE claimed_by = ?').pluck();
  let count = library.prepare('SELECT count(*) FROM experiences').pluck().get() as number;

  return {
    /** Every fourth entry is a manual. A number is added to `title`. */
    add(entries: number, title = 'Entry') {
      library
        .transaction(() => {
          for (let number = count + 1; number <= count + entries; number++) {
            const [kind, id] = number % 4 === 0 ? [manual, `MNL-${number}`] : [experience, `EXP-${number}`];
            kind.run(id, `${title} ${number}`);
          }
        })
        .immediate();
      count += entries;
    },
    rewrite: (number: number, title: string) => rewrite.run(title, `EXP-${number}`).changes,
    count: () => count,
    /** Counts all embeddings ever written. */
    written: () => written.get() as number,
    /** Lists entries of which one text was embedded more than once. */
    twice: () => twice.all() as string[],
    /** Lists entries that are not embedded, or do not have exactly one embedding. */
    unfinished: () => wrong.all() as string[],
    claimedBy: (claimant: string) => claimed.get(claimant) as number,
  };
}
