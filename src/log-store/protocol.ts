// The messages between the server and the thread of the log store.
import type { Batch, QuestionName } from './contents.ts';

/** `busyMaxMs`: how long a batch waits for another program that has locked the file, before it is refused. */
export type ThreadStart = { file: string; maxBytes: number; busyMaxMs: number };

/** The file as it is now. Times are milliseconds since 1970. */
export type FileState = {
  /** The bytes of its pages, without the write-ahead log. */
  bytes: number;
  /** The bytes of empty pages, which later lines use. */
  free_bytes: number;
  wal_bytes: number;
  lines: number;
  /** Null without lines. */
  oldest_at: number | null;
  /** 0 without lines. */
  newest_id: number;
  made_at: number;
  /** How often it was made again since the start of the thread. */
  remade: number;
  /** Why it was made again the last time, as the end of a sentence: `was removed`. */
  reason: string | null;
};

/** `now`: milliseconds since 1970. */
export type LogExchange = {
  write: { question: Batch; answer: FileState };
  ask: { question: { name: QuestionName; given: unknown }; answer: unknown };
  /** Looks whether the file is still the one that is open, and removes what is too old or too much. `isTrial`: fails if nothing
   *  can be written. `isSuspect`: somebody has found damage in it. */
  tend: {
    question: { now: number; maxBytes: number; isTrial: boolean; isSuspect: boolean };
    answer: FileState;
  };
  close: { question: null; answer: null };
};
