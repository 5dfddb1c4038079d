// Statements that read one entry of chl.db for people: all its fields, and its task in the embedding queue.
import type { InferSelectModel } from 'drizzle-orm';
import type * as schema from '../core/db/library-schema.ts';
import type { Db } from '../core/db/open.ts';
import { entryTables, forKinds, type Kind, kinds } from './content.ts';

/** A row of experiences or category_manuals. `section`: null for a manual. `body`: playbook or content. `note`: context or
 *  summary. */
export type Entry = Omit<InferSelectModel<typeof schema.experiences>, 'section' | 'playbook' | 'context'> & {
  kind: Kind;
  category: string | null;
  section: string | null;
  body: string;
  note: string | null;
  embedding_status: 'pending' | 'embedded' | 'failed';
};

/** `claimed_by`: null unless a claim is held now. */
export type QueueTask = Pick<
  InferSelectModel<typeof schema.embeddingTask>,
  'attempts' | 'error' | 'next_attempt_at' | 'failed_at' | 'claimed_by'
>;

export function createEntryReader(library: Db) {
  const entries = forKinds((kind) => prepareEntry(library, kind));
  const task = library.prepare<[Kind, string], QueueTask>(
    `SELECT attempts, error, next_attempt_at, failed_at,
       iif(lease_until > strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), claimed_by, NULL) AS claimed_by
     FROM ops_embedding_task WHERE entity_type = ? AND entity_id = ?`,
  );
  return {
    /** Returns the kinds with an entry of this id: none, one or both. */
    kindsOf: (id: string): Kind[] => kinds.filter((kind) => entries[kind].get(id) !== undefined),
    find: (kind: Kind, id: string) => entries[kind].get(id) ?? null,
    task: (kind: Kind, id: string) => task.get(kind, id) ?? null,
  };
}

function prepareEntry(library: Db, kind: Kind) {
  const { table, body, note } = entryTables[kind];
  const section = kind === 'experience' ? 'x.section' : 'NULL';
  return library.prepare<[string], Entry>(
    `SELECT x.id, '${kind}' AS kind, x.category_code, c.name AS category, ${section} AS section, x.title,
       x.${body} AS body, x.${note} AS note, x.source, x.sync_status, x.author, x.embedding_status, x.created_at,
       x.updated_at, x.synced_at, x.exported_at
     FROM ${table} x LEFT JOIN categories c ON c.code = x.category_code WHERE x.id = ?`,
  );
}
