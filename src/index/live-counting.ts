// When the search thread counts: after a change of the library only, because each ended job and each sample asks for the counts.
import type { LiveThread } from './live-thread.ts';
import type { SyncCounts } from './sync-state.ts';

/** `libraryVersion` gives another text after each change of the library. */
export function createCounting(libraryVersion: () => string) {
  let isExact = false;
  /** The thread of the last exact count, and the version that it saw at least. */
  let exact: { thread: LiveThread; version: string } | null = null;

  return {
    /** The count of `refresh` must be newer than this call. */
    exactly(refresh: () => Promise<void>) {
      isExact = true;
      return refresh();
    },

    /** Null without a thread, and when its last counts are still true. Rejects as the thread does. */
    async ask(thread: LiveThread | undefined): Promise<SyncCounts | null> {
      const question = { isExact };
      isExact = false;
      if (!thread) return null;
      const version = libraryVersion();
      if (exact?.thread === thread && exact.version === version) return null;
      exact = null;
      const counts = await thread.ask('count', question);
      if (question.isExact) exact = { thread, version };
      return counts;
    },
  };
}
