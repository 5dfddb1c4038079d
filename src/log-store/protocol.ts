// The messages between the server and the thread of the log store.
import type { Batch, QuestionName } from './contents.ts';

export type ThreadStart = { file: string };

/** `bytes`: of the file. `remade`: how often it was made again since the start of the thread, and why the last time, as the end
 *  of a sentence: `was removed`. */
export type FileState = { bytes: number; remade: number; reason: string | null };

/** `now`: milliseconds since 1970. */
export type LogExchange = {
  write: { question: Batch; answer: FileState };
  ask: { question: { name: QuestionName; given: unknown }; answer: unknown };
  /** Looks whether the file is still the one that is open, and removes what is too old or too much. */
  tend: { question: { now: number; maxBytes: number }; answer: FileState };
  close: { question: null; answer: null };
};
