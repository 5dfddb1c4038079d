// The live index: answers searches through a search thread, and knows how the index compares with the library.
import { coalesceNext } from '../core/coalesce.ts';
import { AppError } from '../core/errors.ts';
import { currentTraceparent, span } from '../core/trace.ts';
import { createFollower, type FollowerOptions } from './follower.ts';
import type { ListQuery } from './list.ts';
import { createCounting } from './live-counting.ts';
import type { GenerationFacts, LoadAnswer, SearchAnswer } from './live-protocol.ts';
import type { LiveThread } from './live-thread.ts';
import type { EntryKey } from '../embedding/queue.ts';
import type { Searched } from './searcher.ts';
import { assertSearchQuery, type SearchQuery } from './search-query.ts';
import { emptyCounts, type SyncCounts } from './sync-state.ts';

export type LiveIndex = ReturnType<typeof createLiveIndex>;

type LiveIndexOptions = Omit<FollowerOptions, 'onLost'> & {
  onChange: (state: IndexState) => void;
  /** Gives another text after each change of the library. */
  libraryVersion: () => string;
};

/** `start` and `refresh` never reject: errors go to `onError` and into the state. */
export function createLiveIndex({ onChange, onError, libraryVersion, ...given }: LiveIndexOptions) {
  const follower = createFollower({ ...given, onError, onLost: () => void refresh() });
  const refresh = coalesceNext(refreshOnce);
  let counts = emptyCounts;
  let state = toIndexState(null, counts, null);
  const counting = createCounting(libraryVersion);
  const dimension = createDimensionNote(() => onChange(state));
  let isStopped = false;

  return {
    start: () => refresh(),

    /** Follows the pointer and counts what has changed. The state is then newer than the call, or as old as four counts. */
    refresh,

    /** As `refresh`, but its count is never older than the call. */
    catchUp: () => counting.exactly(refresh),

    ...createSearches({ openThread, dimension, onError, problem: follower.problem }),

    /** The entries behind one count of the state. Rejects as `search` does, but for `index_missing`. */
    list: async (query: ListQuery) =>
      asPart('List entries by their state', async () => (await openThread()).thread.ask('list', query)),

    /** Rejects as `list` does, and with `not_found`. */
    entry: async (key: EntryKey) =>
      asPart('Find the entry in the index', async () => (await openThread()).thread.ask('entry', key)),

    /** The state at the last refresh. */
    indexState: (): IndexState => state,
    otherDimension: dimension.other,

    async stop() {
      isStopped = true;
      follower.stop();
      await refresh();
      await Promise.all([follower.opened()?.thread.close(), follower.closing()]);
    },
  };

  /** A damaged library is an error of the server, not only of the question. */
  function asPart<Answer>(name: string, ask: () => Promise<Answer>): Promise<Answer> {
    return noteDamage(onError, span('search', name, ask));
  }

  async function refreshOnce() {
    try {
      await follower.follow();
      if (!isStopped) counts = (await counting.ask(follower.opened()?.thread)) ?? counts;
    } catch (error) {
      onError(error as Error);
    }
    const next = toIndexState(follower.opened()?.loaded ?? null, counts, follower.problem());
    if (JSON.stringify(next) === JSON.stringify(state)) return;
    state = next;
    onChange(state);
  }

  /** Without an index, looks for one that was just built: the event of its switch may still be under way. */
  async function openThread() {
    if (!follower.opened()?.loaded.live && !isStopped && (!follower.opened() || follower.isBehind())) {
      follower.skipPause();
      await refresh();
    }
    if (isStopped) throw new AppError('stopping', 'The server is stopping, so search is not available.');
    const opened = follower.opened();
    if (opened) return opened;
    throw new AppError('temporary', follower.problem() ?? 'The search is not ready. Try again soon.');
  }
}

type Searching = {
  openThread: () => Promise<{ thread: LiveThread; loaded: LoadAnswer }>;
  dimension: ReturnType<typeof createDimensionNote>;
  onError: (error: Error) => void;
  /** Why there is no index. */
  problem: () => string | null;
};

function createSearches({ openThread, dimension, onError, problem }: Searching) {
  return {
    /** Rejects with `invalid_arguments`, `index_missing`, `stopping`, or `temporary` when the thread crashed. */
    async search(query: SearchQuery): Promise<SearchAnswer> {
      return (await searchWith(query, undefined)).answer;
    },

    searchWith,

    /** The generation that a search now reads. Rejects as `search` does. */
    ready: async (query: SearchQuery): Promise<GenerationFacts> => (await open(query)).live,
  };

  /** Searches as `search` does, but the text is not embedded again if its vector is known. Gives the vector, too; null when only
   *  words were searched. */
  async function searchWith(query: SearchQuery, vector: Float32Array | undefined) {
    const { thread } = await open(query);
    const traceparent = currentTraceparent();
    const asking = span('search', 'Search the index', () =>
      thread.ask('search', { ...query, vector, traceparent }),
    );
    const found = await noteDamage(onError, vector ? asking : dimension.note(asking));
    const { vector: used, otherDimension: _, ...answer } = found;
    return { answer, vector: used };
  }

  async function open(query: SearchQuery) {
    assertSearchQuery(query);
    const { thread, loaded } = await openThread();
    if (!loaded.live) throw indexMissing(problem());
    return { thread, live: loaded.live };
  }
}

async function noteDamage<Answer>(onError: (error: Error) => void, asking: Promise<Answer>): Promise<Answer> {
  try {
    return await asking;
  } catch (error) {
    if (error instanceof AppError && error.code === 'database_damaged') onError(error);
    throw error;
  }
}

/** How many numbers the embedder gave for the last search, if the index has another number; else null. */
function createDimensionNote(onChange: () => void) {
  let other: number | null = null;
  const set = (found: number | null) => {
    const isChanged = found !== other;
    other = found;
    if (isChanged) onChange();
  };
  return {
    other: () => other,
    async note<Answer extends Pick<Searched, 'vector' | 'otherDimension'>>(asking: Promise<Answer>) {
      try {
        const answer = await asking;
        // An answer by words alone, because it was wanted or the embedder is down, does not show it.
        if (answer.vector || answer.otherDimension) set(answer.otherDimension);
        return answer;
      } catch (error) {
        if (error instanceof AppError && error.details?.dimension) set(Number(error.details.dimension));
        throw error;
      }
    },
  };
}

function indexMissing(problem: string | null) {
  return new AppError(
    'index_missing',
    problem ? `${problem} Rebuild the index.` : 'There is no index yet. Rebuild the index, then search.',
  );
}

/** none: no index was built yet; ready: it holds exactly the library; behind: it does not; broken: its files cannot be used,
 *  and `problem` says why (the generation loaded before, if any, still answers). */
type IndexStatus = 'none' | 'ready' | 'behind' | 'broken';

/** The body of GET /api/v1/index. The facts of the generation are null without one. */
export type IndexState = SyncCounts & {
  [Key in keyof GenerationFacts]: GenerationFacts[Key] | null;
} & {
  state: IndexStatus;
  problem: string | null;
  vectors: number;
  previous: GenerationFacts | null;
};

function toIndexState(loaded: LoadAnswer | null, counts: SyncCounts, problem: string | null): IndexState {
  const live = loaded?.live ?? null;
  return {
    state: toStatus(live, counts, problem),
    problem,
    ...(live ?? noGeneration),
    ...counts,
    previous: loaded?.previous ?? null,
  };
}

function toStatus(live: GenerationFacts | null, counts: SyncCounts, problem: string | null): IndexStatus {
  if (problem !== null) return 'broken';
  if (!live) return 'none';
  return counts.fresh === counts.entries && counts.orphans === 0 ? 'ready' : 'behind';
}

const noGeneration = {
  generation: null,
  model: null,
  dimension: null,
  vectors: 0,
  bytes: null,
  sha256: null,
  built_at: null,
  job_id: null,
  words_problem: null,
};
