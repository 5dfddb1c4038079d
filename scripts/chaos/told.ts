// How a worker of the chaos is told what to do: by a file in its data root, which it reads before each batch.
import path from 'node:path';

/** `refuses`: a text with these words fails. */
export type Told = { msPerEntry: number; refuses?: string; isDown?: boolean; crashes?: boolean };

export const toldModel = { name: 'chaos/told-8', version: '1', dimension: 8 };
export const toldFile = (root: string) => path.join(root, 'embedder.json');
