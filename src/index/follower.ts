// Keeps a search thread open for the generation of the pointer and the embedder of the settings. The old thread answers until
// the new one has loaded; it also answers while the new embedder cannot use the generation.
import { explain } from '../core/faults.ts';
import type { LoadAnswer, ThreadStart } from './live-protocol.ts';
import { type LiveThread, type Reports, startThread } from './live-thread.ts';
import { type Pointer, readPointer } from './generation.ts';

export type FollowerOptions = Reports & {
  config: ThreadStart['config'];
  threadFile: URL;
  /** Whether there are descriptors left for another search thread. */
  hasRoom: () => boolean;
  /** Called when a thread crashed or could not start. */
  onError: (error: Error) => void;
  /** Called when the thread in use has crashed. */
  onLost: () => void;
};

type Opened = { thread: LiveThread; loaded: LoadAnswer };
type Target = { key: string; pointer: Pointer | null; problem: string | null };

const noRoom = 'Too many files are open, so the search waits. Close other pages of this dashboard.';

export function createFollower({ config, hasRoom, onError, onLost, ...opening }: FollowerOptions) {
  const pause = createCrashPause();
  let opened: Opened | null = null;
  /** The key of the target that was followed last, whether its generation is usable or not. */
  let followedKey: string | null = null;
  let problem: string | null = null;
  let shortage: string | null = null;
  let isStopped = false;
  let closing = Promise.resolve();

  return {
    opened: () => opened,

    /** Why the generation of the pointer does not answer, or null. */
    problem: () => problem ?? shortage,

    /** Whether the generation, or the embedder, is not the one that was opened last. */
    isBehind: () => readTarget(config).key !== followedKey,

    /** Opens the generation of the pointer, unless a pause after crashes or a lack of descriptors forbids it. An unusable
     *  generation does not replace a usable one. Calls must not overlap. */
    async follow() {
      shortage = null;
      for (let target = readTarget(config); shouldOpen(target); target = readTarget(config)) {
        const next = await open(target);
        pause.noteStart();
        if (next) replace(target, next);
      }
    },

    /** The next `follow` starts a thread without a pause. */
    skipPause: pause.skip,

    stop() {
      isStopped = true;
    },

    /** Settles when the replaced thread has ended; a slow embedding service may keep it for seconds. */
    closing: () => closing,
  };

  function shouldOpen({ key }: Target): boolean {
    if (key === followedKey || isStopped) return false;
    shortage = hasRoom() ? null : noRoom;
    return shortage === null && pause.mayStart(key);
  }

  async function open({ key, pointer }: Target): Promise<Opened | null> {
    await closing;
    const start = { config, generation: pointer?.current ?? null, previous: pointer?.previous ?? null };
    return openThread(opening, start, (cause, thread) => {
      pause.noteCrash(key);
      problem = `The search ended unexpectedly: ${cause.message}. The next search restarts it.`;
      followedKey = null;
      onError(cause);
      if (!opened || opened.thread !== thread) return;
      opened = null;
      onLost();
    });
  }

  function replace(target: Target, next: Opened) {
    followedKey = target.key;
    problem = target.problem ?? next.loaded.problem;
    const unused = problem !== null && opened?.loaded.live ? next : opened;
    if (unused !== next) opened = next;
    if (unused) closing = unused.thread.close();
  }
}

/** Null when the thread crashed or failed to load; `onCrash` is called for both, and for a crash later on. */
async function openThread(
  { threadFile, ...reports }: Pick<FollowerOptions, 'threadFile' | keyof Reports>,
  start: ThreadStart,
  onCrash: (cause: Error, thread: LiveThread | null) => void,
): Promise<Opened | null> {
  let thread: LiveThread | null = null;
  let hasCrashed = false;
  try {
    thread = startThread(threadFile, start, {
      onCrash(cause) {
        hasCrashed = true;
        onCrash(cause, thread);
      },
      ...reports,
    });
    return { thread, loaded: await thread.ask('load', null) };
  } catch (error) {
    if (!hasCrashed) onCrash(error as Error, thread);
    await thread?.close();
    return null;
  }
}

function readTarget({ indexFolder, embedding }: FollowerOptions['config']): Target {
  const keyOf = (generation: string) => `${generation} ${JSON.stringify(embedding)}`;
  try {
    const pointer = readPointer(indexFolder);
    return { key: keyOf(pointer?.current ?? 'none'), pointer, problem: null };
  } catch (error) {
    return { key: keyOf('unreadable'), pointer: null, problem: explain(error) };
  }
}

const firstPauseMs = 5000;
const maxPauseMs = 300_000;

/** Crashes are counted for one target, named by `key`; another one starts without a pause. */
function createCrashPause() {
  let crashed = { key: '', count: 0, nextAt: 0 };
  let isSkipped = false;

  return {
    noteCrash(key: string) {
      const count = crashed.key === key ? crashed.count + 1 : 1;
      const pauseMs = count > 1 ? Math.min(firstPauseMs * 2 ** (count - 2), maxPauseMs) : 0;
      crashed = { key, count, nextAt: performance.now() + pauseMs };
    },

    mayStart: (key: string) => crashed.key !== key || isSkipped || performance.now() >= crashed.nextAt,

    /** Lets the next thread start at once, because a caller waits for it. */
    skip() {
      isSkipped = true;
    },

    noteStart() {
      isSkipped = false;
    },
  };
}
