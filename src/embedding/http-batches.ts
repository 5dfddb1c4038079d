// Sends texts to a service in batches that it takes: a service may limit the number of texts, or the size of a request.
import { HttpRefusal } from './http-request.ts';

const maxTexts = 64;
/** After so many batches a larger one is tried again. */
const batchesUntilLarger = 100;

export type Ask = (texts: string[]) => Promise<Float32Array[]>;

/** Returns a function that takes any number of texts. */
export function createBatches(ask: Ask): Ask {
  let limit = maxTexts;
  let taken = 0;

  return async (texts) => {
    const vectors: Float32Array[] = [];
    for (let at = 0; at < texts.length; ) {
      const batch = texts.slice(at, at + limit);
      vectors.push(...(await send(batch)));
      at += batch.length;
      growAgain();
    }
    return vectors;
  };

  /** When both halves of a refused batch are taken, it was too large; else a text is at fault, and its error is thrown. */
  async function send(batch: string[]): Promise<Float32Array[]> {
    try {
      return await ask(batch);
    } catch (error) {
      if (batch.length === 1 || !mayBeTooLarge(error)) throw error;
      const half = Math.ceil(batch.length / 2);
      const vectors = [...(await send(batch.slice(0, half))), ...(await send(batch.slice(half)))];
      limit = Math.min(limit, half);
      taken = 0;
      return vectors;
    }
  }

  function growAgain() {
    taken += 1;
    if (taken < batchesUntilLarger) return;
    limit = Math.min(maxTexts, limit * 2);
    taken = 0;
  }
}

function mayBeTooLarge(error: unknown): boolean {
  return error instanceof HttpRefusal && [400, 413, 422].includes(error.status);
}
