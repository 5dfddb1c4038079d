// The last step of every job that changes which generation is live.
import type { ScriptContext } from '../jobs/script.ts';
import { recordApplied } from '../library/applied.ts';
import type { CanaryContext } from './canary-switch.ts';

/** The dependencies of a job that makes a finished generation the live one. */
export type SwitchContext = CanaryContext & Pick<ScriptContext, 'job' | 'assertFence'>;

/** Moves the pointer by `move` and records the result in the library. Throws before that when another attempt runs. */
export function switchAndRecord(context: SwitchContext, result: Record<string, unknown>, move: () => void) {
  const { job, library, progress, assertFence } = context;
  progress(0, 1, 'switch');
  assertFence();
  move();
  recordApplied(library, { job, result, at: new Date().toISOString() });
  progress(1, 1, 'switch');
}
