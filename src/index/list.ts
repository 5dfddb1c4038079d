// The entries behind each count of the index's state, page by page, with the reason of each.
import type { Kind } from '../library/content.ts';
import { AppError } from '../core/errors.ts';
import type { MetaVector } from './meta.ts';
import type { IndexRepository } from './repository.ts';
import type { Pause } from './search.ts';
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

/** Entries by kind, category and id; orphans by vector. Throws `invalid_arguments` for an unknown `after`. */
export function listEntries(
  library: IndexRepository,
  index: ComparedIndex | null,
  query: ListQuery,
  pause: Pause,
): Promise<ListPage> {
  return query.state === 'orphan'
    ? listOrphans(library, index, query, pause)
    : listByState(library, index, query, pause);
}

async function listByState(
  library: IndexRepository,
  index: ComparedIndex | null,
  { state, kind, category, after, limit }: ListQuery,
  pause: Pause,
): Promise<ListPage> {
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
      const title = library.findEntry(kind, id)?.title ?? null;
      items.push({ entity_id: id, kind, standing, category_code, title, reason });
    }
  }
  return { items, next: null };
}

const rowsAtOnce = 2000;

async function listOrphans(
  library: IndexRepository,
  index: ComparedIndex | null,
  { kind: wanted, after, limit }: ListQuery,
  pause: Pause,
): Promise<ListPage> {
  const items: ListedEntry[] = [];
  const vectors = index?.meta.vectors ?? [];
  for (let row = readCursor(after, isRow) ?? 0; row < vectors.length; row++) {
    if (row % rowsAtOnce === 0) await pause();
    const { kind, entity_id } = vectors[row] as MetaVector;
    if ((wanted && kind !== wanted) || library.hasEntry(kind, entity_id)) continue;
    if (items.length === limit) return { items, next: writeCursor(row) };
    items.push({ entity_id, kind, standing: 'orphan', category_code: null, title: null, reason: null });
  }
  return { items, next: null };
}

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

function isRow(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
