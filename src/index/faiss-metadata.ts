// Statements on `faiss_metadata`, where CHL itself keeps the entry of each vector: it may be missing, and is only read.
import type { Db } from '../core/db/open.ts';
import { contentHash, embeddedText } from '../library/content.ts';
import type { MetaVector } from './meta.ts';
import { createIndexRepository } from './repository.ts';

export type FaissLink = MetaVector & {
  row: number;
  stored: Uint8Array | null;
};

/** The vectors that belong to an entry, by row; null without the table. */
export function readFaissLinks(library: Db, model: string): FaissLink[] | null {
  const exists = library
    .prepare(`SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'faiss_metadata'`)
    .get();
  if (!exists) return null;
  const rows = library
    .prepare(
      `SELECT f.faiss_internal_id AS row, f.entity_id, f.entity_type AS kind,
         coalesce(x.embedding_status, m.embedding_status) AS status,
         (SELECT embedding_data FROM embeddings e WHERE e.entity_id = f.entity_id AND e.entity_type = f.entity_type
            AND e.model_name = ? ORDER BY e.created_at DESC, e.rowid DESC LIMIT 1) AS stored
       FROM faiss_metadata f
       LEFT JOIN experiences x ON f.entity_type = 'experience' AND x.id = f.entity_id
       LEFT JOIN category_manuals m ON f.entity_type = 'manual' AND m.id = f.entity_id
       WHERE NOT f.deleted AND f.entity_type IN ('experience', 'manual') ORDER BY f.faiss_internal_id`,
    )
    .all(model) as (Omit<FaissLink, 'content_hash'> & { status: string | null })[];
  const { findEntry } = createIndexRepository(library);
  return rows.map(({ row, entity_id, kind, status, stored }) => {
    // CHL stores no hash: while the status says embedded, the vector is of the current text.
    const entry = status === 'embedded' ? findEntry(kind, entity_id) : undefined;
    return { row, entity_id, kind, stored, content_hash: entry ? contentHash(embeddedText(entry)) : '' };
  });
}
