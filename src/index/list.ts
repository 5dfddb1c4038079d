// The entries behind each count of the index's state, page by page, with the reason of each.
import { shorten } from '../core/shorten.ts';
import type { Kind } from '../library/content.ts';
import { AppError } from '../core/errors.ts';
import { isCount, type MetaVector, type MetaVectors } from './meta.ts';
import type { IndexRepository } from './repository.ts';
import type { Pause } from './nearest.ts';
import {
  type ComparedIndex,
  type EntryPosition,
  entryPages,
  type SyncReason,
  type SyncState,
  syncStateOf,
} from './sync-state.ts';

/** `all`: entries in every state, without orphans. `after` is the `next` of the page before. */
export type ListQuery = {
  state: SyncState | 'orphan' | 'all';
  kind?: Kind | undefined;
  category?: string | undefined;
  after?: string | undefined;
  limit: number;
};

/** An orphan has neither category nor title: its entry is gone. */
export type ListedEntry = {
  entity_id: string;
  kind: Kind;
  standing: SyncState | 'orphan';
  category_code: string | null;
  title: string | null;
  reason: SyncReason | null;
};

export type ListPage = { items: ListedEntry[]; next: string | null };

type List = (
  library: IndexRepository,
  index: ComparedIndex | null,
  query: ListQuery,
  pause: Pause,
) => Promise<ListPage>;

/** Entries by kind, category and id; orphans by vector. Throws `invalid_arguments` for an unknown `after`. */
export const listEntries: List = (library, index, query, pause) =>
  (query.state === 'orphan' ? listOrphans : listByState)(library, index, query, pause);

const listByState: List = async (library, index, { state, kind, category, after, limit }, pause) => {
  const items: ListedEntry[] = [];
  let last: EntryPosition | null = null;
  const walk = { kind, category, after: readCursor(after, isPosition) };
  for await (const { kind, page } of entryPages(library, index, pause, walk)) {
    for (const entry of page) {
      const { standing, reason } = syncStateOf(library, index, kind, entry);
      if (state !== 'all' && standing !== state) continue;
      if (items.length === limit) return { items, next: writeCursor(last) };
      const { id, category_code } = entry;
      last = { kind, category_code, id };
      const title = shorten(library.findEntry(kind, id)?.title ?? '') || null;
      items.push({ entity_id: id, kind, standing, category_code, title, reason });
    }
  }
  return { items, next: null };
};

const rowsAtOnce = 2000;

const listOrphans: List = async (library, index, { kind: wanted, after, limit }, pause) => {
  const items: ListedEntry[] = [];
  const vectors: MetaVectors = index?.meta.vectors ?? [];
  for (let row = readCursor(after, isCount) ?? 0; row < vectors.length; row++) {
    if (row % rowsAtOnce === 0) await pause();
    const { kind, entity_id } = vectors.at(row) as MetaVector;
    if ((wanted && kind !== wanted) || library.hasEntry(kind, entity_id)) continue;
    if (items.length === limit) return { items, next: writeCursor(row) };
    items.push({ entity_id, kind, standing: 'orphan', category_code: null, title: null, reason: null });
  }
  return { items, next: null };
};

function writeCursor(position: unknown): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

function readCursor<T>(cursor: string | undefined, isValid: (value: unknown) => value is T): T | undefined {
  if (cursor === undefined) return undefined;
  try {
    const position: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (isValid(position)) return position;
  } catch {
    // Rejected below.
  }
  throw new AppError('invalid_arguments', 'The list cannot continue from here. Start at its first page.');
}

function isPosition(value: unknown): value is EntryPosition {
  const { kind, category_code, id } = (value ?? {}) as Partial<EntryPosition>;
  return (
    (kind === 'experience' || kind === 'manual') &&
    typeof category_code === 'string' &&
    typeof id === 'string'
  );
}
