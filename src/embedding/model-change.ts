// The model that the library is embedded with: the queue accepts claims and completions of this model only.
import { setImmediate } from 'node:timers/promises';
import type { Db } from '../core/db/open.ts';
import { entryTables, type Kind, kinds } from '../library/content.ts';
import type { ModelKey } from './embedder.ts';

/** The dimension is null until it is known, and while entries of the previous model may still have the status embedded. */
type KnownModel = { name: string | null; dimension: number | null };

export function modelOf(library: Db): KnownModel {
  return library
    .prepare('SELECT embedding_model AS name, embedding_dimension AS dimension FROM ops_library_state')
    .get() as KnownModel;
}

/** Makes entries of another model pending, in short transactions; returns how many. The next call continues this one. */
export async function useModel(library: Db, { name, dimension }: ModelKey): Promise<number> {
  const known = modelOf(library);
  const isKnown = known.dimension !== null && (dimension === null || dimension === known.dimension);
  if (known.name === name && isKnown) return 0;
  begin(library, name, known.name !== null && known.name !== name);
  let waiting = 0;
  for (const kind of kinds) {
    for (let after: string | null = ''; after !== null; await setImmediate()) {
      const page = requeuePage(library, kind, { name, dimension }, after);
      waiting += page.changes;
      after = page.last;
    }
  }
  library
    .prepare('UPDATE ops_library_state SET embedding_dimension = ? WHERE embedding_model = ?')
    .run(dimension, name);
  return waiting;
}

const pageSize = 1000;

/** Entries that failed with another model are tried with this one. */
function begin(library: Db, name: string, isAnother: boolean) {
  library
    .transaction(() => {
      library
        .prepare('UPDATE ops_library_state SET embedding_model = ?, embedding_dimension = NULL')
        .run(name);
      if (!isAnother) return;
      for (const kind of kinds) {
        library.exec(
          `UPDATE ${entryTables[kind].table} SET embedding_status = 'pending' WHERE embedding_status = 'failed'`,
        );
      }
      library.exec('DELETE FROM ops_embedding_task');
    })
    .immediate();
}

function requeuePage(library: Db, kind: Kind, { name, dimension }: ModelKey, after: string) {
  const { table } = entryTables[kind];
  const last = library
    .prepare(`SELECT max(id) FROM (SELECT id FROM ${table} WHERE id > ? ORDER BY id LIMIT ${pageSize})`)
    .pluck()
    .get(after) as string | null;
  if (last === null) return { last, changes: 0 };
  const { changes } = library
    .prepare(
      `UPDATE ${table} SET embedding_status = 'pending'
       WHERE id > @after AND id <= @last AND embedding_status = 'embedded' AND NOT coalesce((
         SELECT model_name = @name AND coalesce(embedding_dimension = @dimension, 1) FROM embeddings
         WHERE entity_id = ${table}.id AND entity_type = '${kind}'
         ORDER BY created_at DESC, embeddings.rowid DESC LIMIT 1), 0)`,
    )
    .run({ after, last, name, dimension });
  return { last, changes };
}
