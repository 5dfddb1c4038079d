// The caches of this process: bounded, counted, listed and emptied in one way. A cache holds only what can be made again.
import type { Role } from './role.ts';

/** `about`: a sentence that says what it keeps. `bytes`: of keys and values, estimated. */
export type CacheLimits<T> = {
  /** The least role that may see its keys and values. */
  reads: Role;
  about: string;
  entries: number;
  bytes: number;
  /** Entries that are this old are made again. */
  ttlMs?: number;
  /** The bytes of a value, roughly. */
  sizeOf(value: T): number;
  /** A value as text, for people who look into the cache. */
  show(value: T): string;
};

export type CacheFigures = {
  entries: number;
  bytes: number;
  hits: number;
  misses: number;
  /** Entries that had to make room, or were too old. */
  evictions: number;
};

/** `at`: since when it is kept. */
export type CacheEntry = { key: string; hits: number; bytes: number; at: Date };

export type Cache<T> = ReturnType<typeof createCache<T>>;
/** A cache of any values. */
export type AnyCache = Pick<
  Cache<never>,
  'name' | 'reads' | 'about' | 'limits' | 'figures' | 'list' | 'preview' | 'clear'
>;
export type Caches = ReturnType<typeof createCaches>;

type Kept<T> = { value: T; bytes: number; at: number; hits: number; isUsed: boolean };

/** The memory of an entry besides its key and its value. */
const entryBytes = 100;

/** The caches of one server; `now` gives the ages of their entries. */
export function createCaches(now: () => Date) {
  const byName = new Map<string, AnyCache>();
  const add = (...caches: AnyCache[]) => {
    for (const cache of caches) {
      if (byName.has(cache.name)) throw new Error(`Two caches are named ${cache.name}.`);
      byName.set(cache.name, cache);
    }
  };
  return {
    /** Throws when another cache has the name. */
    create<T>(name: string, limits: CacheLimits<T>): Cache<T> {
      const cache = createCache<T>(name, { ...limits, now });
      add(cache);
      return cache;
    },

    /** Lists caches that a module has created for the whole process. */
    add,

    /** By name. */
    all: (): AnyCache[] => [...byName.values()].sort((one, other) => (one.name < other.name ? -1 : 1)),

    find: (name: string): AnyCache | null => byName.get(name) ?? null,
  };
}

/** A cache that is not in the list of a server: one of a script, or one that a module adds to the list. */
export function createCache<T>(name: string, given: CacheLimits<T> & { now: () => Date }) {
  const kept = createEntries(given);
  const pending = new Map<string, Promise<T>>();
  let [hits, misses] = [0, 0];

  return {
    name,
    reads: given.reads,
    about: given.about,
    limits: { entries: given.entries, bytes: given.bytes, ttlMs: given.ttlMs ?? null },
    get,
    /** The same as `get`, but not counted as a read. */
    peek: kept.peek,
    /** A value that is larger than the whole cache is not kept. */
    set: kept.set,
    through,

    /** Returns whether it was there. Its value is not kept, either, if it is being made. */
    delete(key: string): boolean {
      const wasPending = pending.delete(key);
      return kept.delete(key) || wasPending;
    },

    /** Returns the number of removed entries. Values that are being made are not kept. */
    clear(): number {
      pending.clear();
      return kept.clear();
    },

    /** Since the start of this process. */
    figures: (): CacheFigures => ({ ...kept.figures(), hits, misses }),

    list: kept.list,

    /** The value as text; null if it is not kept. Not counted as a read. */
    preview(key: string): string | null {
      const value = kept.peek(key);
      return value === undefined ? null : given.show(value);
    },
  };

  function get(key: string): T | undefined {
    const value = kept.use(key);
    if (value === undefined) misses += 1;
    else hits += 1;
    return value;
  }

  /** Returns the kept value, or the one that `make` gives. Concurrent calls share one. It is not kept if the key was deleted
   *  meanwhile. */
  async function through(key: string, make: () => Promise<T>): Promise<T> {
    const known = get(key);
    if (known !== undefined) return known;
    const shared = pending.get(key);
    if (shared) return shared;
    const making = make();
    pending.set(key, making);
    const isWanted = () => pending.get(key) === making && pending.delete(key);
    try {
      const value = await making;
      if (isWanted()) kept.set(key, value);
      return value;
    } finally {
      isWanted();
    }
  }
}

/** The entries of a cache, in the order in which they were set. Those that were not used since make room for others. */
function createEntries<T>({ now, ttlMs, sizeOf, ...max }: CacheLimits<T> & { now: () => Date }) {
  const kept = new Map<string, Kept<T>>();
  let [bytes, evictions] = [0, 0];

  return {
    use(key: string): T | undefined {
      const one = kept.get(key);
      if (one === undefined || isOld(one)) return undefined;
      one.hits += 1;
      one.isUsed = true;
      return one.value;
    },

    peek: (key: string): T | undefined => kept.get(key)?.value,

    set(key: string, value: T) {
      const hits = kept.get(key)?.hits ?? 0;
      drop(key);
      const size = key.length + sizeOf(value) + entryBytes;
      if (size > max.bytes) return;
      kept.set(key, { value, bytes: size, at: now().getTime(), hits, isUsed: false });
      bytes += size;
      dropOld();
      const isFull = () => kept.size > max.entries || bytes > max.bytes;
      makeRoom(kept, key, isFull, forget);
    },

    delete: drop,

    clear(): number {
      dropOld();
      const removed = kept.size;
      kept.clear();
      bytes = 0;
      return removed;
    },

    figures() {
      dropOld();
      return { entries: kept.size, bytes, evictions };
    },

    list(): CacheEntry[] {
      dropOld();
      return [...kept].map(([key, one]) => ({ key, hits: one.hits, bytes: one.bytes, at: new Date(one.at) }));
    },
  };

  function dropOld() {
    if (ttlMs === undefined) return;
    for (const [key, one] of kept) if (isOld(one) && kept.delete(key)) forget(one);
  }

  function forget(one: Kept<T>) {
    bytes -= one.bytes;
    evictions += 1;
  }

  function isOld(one: Kept<T>): boolean {
    return ttlMs !== undefined && now().getTime() - one.at >= ttlMs;
  }

  function drop(key: string): boolean {
    const one = kept.get(key);
    if (one === undefined) return false;
    bytes -= one.bytes;
    return kept.delete(key);
  }
}

/** Removes the oldest entries but the newest one. One that was used gets a second chance at the end of the line. */
function makeRoom<T>(
  kept: Map<string, Kept<T>>,
  newest: string,
  isFull: () => boolean,
  onRemove: (one: Kept<T>) => void,
) {
  for (const [key, one] of kept) {
    if (!isFull()) return;
    if (key === newest) continue;
    kept.delete(key);
    if (one.isUsed) kept.set(key, one);
    else onRemove(one);
    one.isUsed = false;
  }
}

/** How texts are measured and shown. */
export const ofText = { sizeOf: (text: string) => text.length, show: (text: string) => text };
