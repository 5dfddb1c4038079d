// The rows of an index whose entries are in a category now, kept until the library changes. The index itself holds no categories.
import { kinds } from '../library/content.ts';
import { createCache } from '../core/cache.ts';
import type { LoadedIndex } from './loaded.ts';
import type { Pause } from './nearest.ts';
import type { IndexRepository } from './repository.ts';

/** `isIn`: 1 for each row of the category. `rows`: all of them; null when they are many. */
export type CategoryRows = { isIn: Uint8Array; rows: number[] | null };

const maxFew = 500;
const idBatch = 5000;

/** The returned function reads a category once for each state of the library. */
export function createCategoryRows(
  { rows, meta }: Pick<LoadedIndex, 'rows'> & { meta: Pick<LoadedIndex['meta'], 'vectors'> },
  library: Pick<IndexRepository, 'idsOfCategory' | 'revision'>,
  pause: Pause,
) {
  const kept = createKept();

  return async (code: string): Promise<CategoryRows> => {
    const revision = library.revision();
    const key = `${revision} ${code}`;
    const known = kept.get(key);
    if (known) return known;
    const read = await readRows(code);
    if (library.revision() === revision) kept.set(key, read);
    return read;
  };

  async function readRows(code: string): Promise<CategoryRows> {
    const isIn = new Uint8Array(meta.vectors.length);
    const few: number[] = [];
    for (const kind of kinds) {
      for (let after = ''; ; await pause()) {
        const ids = library.idsOfCategory(kind, code, after, idBatch);
        for (const id of ids) {
          const row = rows[kind].get(id);
          if (row === undefined) continue;
          isIn[row] = 1;
          if (few.length <= maxFew) few.push(row);
        }
        if (ids.length < idBatch) break;
        after = ids.at(-1) as string;
      }
    }
    return { isIn, rows: few.length <= maxFew ? few : null };
  }
}

const createKept = () =>
  createCache<CategoryRows>('category-rows', {
    reads: 'viewer',
    about: 'The rows of categories in the index, until the library changes.',
    now: () => new Date(),
    entries: 20,
    bytes: 20 * 1024 * 1024,
    sizeOf: ({ isIn, rows }) => isIn.byteLength + 8 * (rows?.length ?? 0),
    show: ({ isIn }) => `${isIn.reduce((sum, one) => sum + one, 0)} rows`,
  });
