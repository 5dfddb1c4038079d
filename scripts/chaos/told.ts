// The instructions for a chaos worker: a file in its data root that it reads before each batch.
import path from 'node:path';
import type { WorkerTimes } from '../../src/workers/worker.ts';

/** A text with these words fails (`refuses`), is never answered (`hangs`) or blocks the processor for ever (`spins`). */
export type Told = {
  msPerEntry: number;
  refuses?: string;
  hangs?: string;
  spins?: string;
  isDown?: boolean;
  /** A batch is answered when this is over. */
  isHeld?: boolean;
  /** It gives other vectors than before, under the same name. */
  isChanged?: boolean;
  crashes?: boolean;
  /** The worker hangs before it registers. */
  isMute?: boolean;
  /** Of the worker, read at its start. */
  pace?: Partial<WorkerTimes>;
};

export const toldModel = { name: 'chaos/told-8', version: '1', dimension: 8 };
export const toldFile = (root: string) => path.join(root, 'embedder.json');
