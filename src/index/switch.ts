// The last step of every job that changes which generation is live.
import type { Config } from '../core/config.ts';
import type { Db } from '../core/db/open.ts';
import type { ModelKey } from '../embedding/embedder.ts';
import type { ScriptContext } from '../jobs/script.ts';
import { recordApplied } from '../library/applied.ts';

/** The dependencies of a job that makes a finished generation the live one. */
export type SwitchContext = Pick<ScriptContext, 'job' | 'progress' | 'assertFence'> & {
  config: Pick<Config, 'indexFolder'>;
  library: Db;
  model: ModelKey;
};

/** Moves the pointer by `move` and records the result in the library. Throws before that when another attempt runs. */
export function switchAndRecord(context: SwitchContext, result: Record<string, unknown>, move: () => void) {
  const { job, library, progress, assertFence } = context;
  progress(0, 1, 'switch');
  assertFence();
  move();
  recordApplied(library, { job, result, at: new Date().toISOString() });
  progress(1, 1, 'switch');
}
