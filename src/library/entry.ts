// Statements that read one entry of chl.db for people: all its fields, and its task in the embedding queue.
import type { Db } from '../core/db/open.ts';
import { entryTables, type Kind, kinds } from './content.ts';

/** A row of experiences or category_manuals. `section`: null for a manual. `body`: playbook or content. `note`: context or
 *  summary. */
export type Entry = {
  id: string;
  kind: Kind;
  category_code: string;
  category: string | null;
  section: string | null;
  title: string;
  body: string;
  note: string | null;
  source: string;
  sync_status: number;
  author: string | null;
  embedding_status: 'pending' | 'embedded' | 'failed';
  created_at: string;
  updated_at: string;
  synced_at: string | null;
  exported_at: string | null;
};

/** `claimed_by`: null unless a claim is held now. */
export type QueueTask = {
  attempts: number;
  error: string | null;
  next_attempt_at: string | null;
  failed_at: string | null;
  claimed_by: string | null;
};

export function createEntryReader(library: Db) {
  const entries = {
    experience: prepareEntry(library, 'experience'),
    manual: prepareEntry(library, 'manual'),
  };
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
