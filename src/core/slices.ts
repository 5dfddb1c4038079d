// Long work in short pieces: the event loop runs between them.

import { span } from './trace.ts';

export type Slicing = {
  /** How long one piece should take, and all of them may take, in milliseconds of work. */
  sliceMs: number;
  maxMs: number;
  /** How many steps the first piece has, and the least number of steps of a piece. */
  first: number;
  min: number;
};

/** Calls `work` with one piece after the other of the half-open range, upwards or downwards, until it returns false.
 *  Pieces grow and shrink with the time they take. Gives where it stopped when the time was over, else null. */
export function inSlices(range: Range, slicing: Slicing, work: Work): Promise<number | null> {
  return span('search', 'Search in slices', () => slices(range, slicing, work));
}

type Range = { from: number; to: number; isUp: boolean };
type Work = (from: number, to: number) => boolean | Promise<boolean>;

async function slices({ from, to, isUp }: Range, { sliceMs, maxMs, first, min }: Slicing, work: Work) {
  let size = first;
  let worked = 0;
  for (let at = isUp ? from : to; isUp ? at < to : at > from; ) {
    if (worked > maxMs) return at;
    const end = isUp ? Math.min(to, at + size) : Math.max(from, at - size);
    const startedAt = performance.now();
    const goesOn = await work(Math.min(at, end), Math.max(at, end));
    if (!goesOn) return null;
    const took = performance.now() - startedAt;
    worked += took;
    at = end;
    if (took > sliceMs) size = Math.max(min, Math.floor(size / 2));
    else if (took < sliceMs / 3) size *= 2;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return null;
}

/** Calls `work` with one item after the other, each short by itself; pauses for the event loop every `turnMs`. */
export async function inTurns<T>(items: T[], turnMs: number, work: (item: T) => Promise<void>) {
  let turn = performance.now();
  for (const item of items) {
    await work(item);
    if (performance.now() - turn < turnMs) continue;
    await new Promise((resolve) => setImmediate(resolve));
    turn = performance.now();
  }
}
