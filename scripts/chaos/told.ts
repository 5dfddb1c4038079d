// How a worker of the chaos is told what to do: by a file in its data root, which it reads before each batch.
import path from 'node:path';
import type { WorkerTimes } from '../../src/workers/worker-times.ts';

/** A text with these words fails (`refuses`), never gets an answer (`hangs`), or keeps the processor for ever (`spins`). */
export type Told = {
  msPerEntry: number;
  refuses?: string;
  hangs?: string;
  spins?: string;
  isDown?: boolean;
  crashes?: boolean;
  /** Hangs before it has registered. */
  isMute?: boolean;
  /** Of the worker, read at its start. */
  pace?: Partial<WorkerTimes>;
};

export const toldModel = { name: 'chaos/told-8', version: '1', dimension: 8 };
export const toldFile = (root: string) => path.join(root, 'embedder.json');
