// The live index: which generation answers searches, and how it stands to the library. The work is done by a search
// thread that serves one generation; a new generation gets a new thread, and the old one answers until that is ready.
import type { Config } from '../core/config.ts';
import { AppError } from '../core/errors.ts';
import { type Pointer, readPointer } from './generation.ts';
import type { ListQuery } from './list.ts';
import type { GenerationFacts, LoadAnswer, SearchAnswer } from './live-protocol.ts';
import { type LiveThread, startThread } from './live-thread.ts';
import type { EntryKey } from './neighbours.ts';
import type { SearchQuery } from './search.ts';
import { nothingCounted, type Truth } from './state.ts';

/** none: nothing was ever built; ready: the index holds exactly the library; behind: it does not; broken: its files
 *  cannot be used, and `problem` says why (what was loaded before, if anything, still answers). */
type IndexState = 'none' | 'ready' | 'behind' | 'broken';

export type IndexBody = Truth & {
  [Key in keyof GenerationFacts]: GenerationFacts[Key] | null;
} & {
  state: IndexState;
  problem: string | null;
  vectors: number;
  previous: GenerationFacts | null;
};

export type LiveIndex = ReturnType<typeof createLiveIndex>;

type LiveIndexOptions = {
  config: Pick<Config, 'databasePath' | 'indexFolder' | 'embedding'>;
  /** Called after each change of the truth. */
  onChange: (body: IndexBody) => void;
  /** A search thread crashed or could not start. It is started anew at once; after more than one crash with the next
   *  search, or after a while. */
  onError: (error: Error) => void;
  /** Whether there are descriptors left for a search thread. */
  hasRoom?: () => boolean;
  /** The file of the search thread; for tests. */
  threadFile?: URL;
};

/** `start` and `refresh` never reject: what goes wrong is told to `onError` and stands in the truth. */
export function createLiveIndex(given: LiveIndexOptions) {
  const { config, onChange, onError, hasRoom = () => true, threadFile = ownThreadFile } = given;
  let opened: { thread: LiveThread; loaded: LoadAnswer } | null = null;
  let truth = nothingCounted;
  let problem: string | null = null;
  /** Why no thread can be started now. */
  let waits: string | null = null;
  let body = toBody(null, truth, null);
  /** The pointer that was followed last, whether its generation could be used or not. */
  let followed: string | null = null;
  /** How often in a row a thread failed at this pointer, and when the next one may be started unasked. */
  let failures = { at: '', count: 0, nextAt: 0 };
  /** Somebody waits for an answer, so no pause is kept. */
  let isAsked = false;
  let isStopped = false;

  const publish = () => {
    const next = toBody(opened?.loaded ?? null, truth, problem ?? waits);
    if (JSON.stringify(next) === JSON.stringify(body)) return;
    body = next;
    onChange(body);
  };

  const noteFailure = (key: string, cause: Error) => {
    const count = failures.at === key ? failures.count + 1 : 1;
    const pauseMs = count > 1 ? Math.min(firstPauseMs * 2 ** (count - 2), pauseMaxMs) : 0;
    failures = { at: key, count, nextAt: performance.now() + pauseMs };
    problem = `The search ended unexpectedly: ${cause.message}. It is started again with the next search.`;
    followed = null;
    onError(cause);
  };

  const noteCrash = (key: string, thread: LiveThread, cause: Error) => {
    noteFailure(key, cause);
    if (opened?.thread !== thread) return;
    opened = null;
    void refresh();
  };

  const mayStart = ({ key }: Target): boolean => {
    waits = hasRoom()
      ? null
      : 'Too many files are open, so the search waits. Close other pages of this dashboard.';
    return waits === null && (failures.at !== key || isAsked || performance.now() >= failures.nextAt);
  };

  /** Null when it failed, which is noted. */
  const open = async ({ key, pointer }: Target) => {
    const start = { config, generation: pointer?.current ?? null, previous: pointer?.previous ?? null };
    const before = failures;
    let thread: LiveThread | null = null;
    try {
      const started = startThread(threadFile, start, (cause) => noteCrash(key, started, cause));
      thread = started;
      return { thread, loaded: await thread.ask('load', null) };
    } catch (error) {
      if (failures === before) noteFailure(key, error as Error);
      await thread?.close();
      return null;
    }
  };

  /** Loads beside the generation that answers, then takes its place; a broken one does not. */
  const followPointer = async () => {
    waits = null;
    for (
      let target = readTarget(config);
      target.key !== followed && !isStopped && mayStart(target);
      target = readTarget(config)
    ) {
      const next = await open(target);
      isAsked = false;
      if (next === null) continue;
      followed = target.key;
      problem = target.problem ?? next.loaded.problem;
      const isWorse = problem !== null && opened?.loaded.live;
      const old = isWorse ? next : opened;
      if (!isWorse) opened = next;
      await old?.thread.close();
    }
  };

  const refreshOnce = async () => {
    try {
      await followPointer();
      if (opened && !isStopped) truth = await opened.thread.ask('count', null);
    } catch (error) {
      onError(error as Error);
    }
    publish();
  };
  const refresh = runOneAtATime(refreshOnce);

  const missing = () =>
    new AppError(
      'index_missing',
      problem ? `${problem} Rebuild the index.` : 'There is no index yet. Rebuild the index, then search.',
    );

  /** Without an index, the one that may just have been built is looked for: the news of it may be under way. */
  const openedThread = async () => {
    const isBehind = !opened?.loaded.live && readTarget(config).key !== followed;
    if ((!opened || isBehind) && !isStopped) {
      isAsked = true;
      await refresh();
    }
    if (isStopped) throw new AppError('stopping', 'The server is stopping, so nothing is searched any more.');
    if (!opened)
      throw new AppError('temporary', problem ?? waits ?? 'The search is not ready. Try again soon.');
    return opened;
  };

  return {
    start: () => refresh(),

    /** Follows the pointer, and counts anew if the library changed. Ends when the truth is that of a moment after
     *  the call; where counting takes long, it may be as old as four times that. */
    refresh,

    /** Rejects with `invalid_arguments`, with `index_missing` when there is nothing to search, with `temporary` when the
     *  thread crashed or cannot start. */
    async search(query: SearchQuery): Promise<SearchAnswer> {
      refuseBadQuery(query);
      const { thread, loaded } = await openedThread();
      if (!loaded.live) throw missing();
      return thread.ask('search', query);
    },

    /** The entries behind a figure of the truth, as they are now. Rejects as a search does, but not for want of an
     *  index: without one every entry is missing. */
    list: async (query: ListQuery) => (await openedThread()).thread.ask('list', query),

    /** Rejects as `list` does, and with `not_found`. */
    entry: async (key: EntryKey) => (await openedThread()).thread.ask('entry', key),

    /** How index and library stood to each other at the last refresh. */
    truth: (): IndexBody => body,

    async stop() {
      isStopped = true;
      await refresh();
      await opened?.thread.close();
    },
  };
}

const ownThreadFile = new URL('./live-worker.js', import.meta.url);

const mostHits = 200;
export const longestQuery = 500;
const firstPauseMs = 5000;
const pauseMaxMs = 300_000;

function refuseBadQuery({ query, limit = 1 }: SearchQuery) {
  if (query.trim() === '') throw new AppError('invalid_arguments', 'The search is empty. Type a few words.');
  if (query.length > longestQuery) {
    throw new AppError(
      'invalid_arguments',
      `The search has ${query.length} characters; at most ${longestQuery} are compared. Shorten it.`,
    );
  }
  if (Number.isInteger(limit) && limit >= 1 && limit <= mostHits) return;
  throw new AppError(
    'invalid_arguments',
    `The limit is ${limit}; allowed: a whole number from 1 to ${mostHits}.`,
  );
}

type Target = { key: string; pointer: Pointer | null; problem: string | null };

function readTarget({ indexFolder }: LiveIndexOptions['config']): Target {
  try {
    const pointer = readPointer(indexFolder);
    return { key: pointer?.current ?? 'none', pointer, problem: null };
  } catch (error) {
    return { key: 'unreadable', pointer: null, problem: (error as Error).message };
  }
}

function toBody(loaded: LoadAnswer | null, truth: Truth, problem: string | null): IndexBody {
  const live = loaded?.live ?? null;
  return {
    state: toState(live, truth, problem),
    problem,
    ...(live ?? nothingLoaded),
    ...truth,
    previous: loaded?.previous ?? null,
  };
}

function toState(live: GenerationFacts | null, truth: Truth, problem: string | null): IndexState {
  if (problem !== null) return 'broken';
  if (!live) return 'none';
  return truth.fresh === truth.entries && truth.orphans === 0 ? 'ready' : 'behind';
}

const nothingLoaded = {
  generation: null,
  model: null,
  dimension: null,
  vectors: 0,
  bytes: null,
  sha256: null,
  built_at: null,
  job_id: null,
};

/** Who asks while one run is under way waits for the next, since theirs may be about something newer. */
function runOneAtATime(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  let waiting: Promise<void> | null = null;
  const start = () => {
    running = run().finally(() => {
      running = null;
    });
    return running;
  };
  const startNext = () => {
    waiting = null;
    return running ?? start();
  };
  return () => {
    if (!running) return start();
    waiting ??= running.then(startNext);
    return waiting;
  };
}
