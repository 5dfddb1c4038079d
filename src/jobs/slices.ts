// Long work in short pieces, so that whoever else waits for this thread has a turn after each.

export type Slicing = {
  /** What one piece may take, and all of them, in milliseconds of work. */
  sliceMs: number;
  mostMs: number;
  /** How many steps the first piece has, and the least that one has. */
  first: number;
  least: number;
};

/** Calls `work` with one piece after the other of the half-open range, upwards or downwards, until it says false. Pieces
 *  grow and shrink with the time they take. Gives where it stopped when the time was over, else null. */
export async function inSlices(
  { from, to, isUp }: { from: number; to: number; isUp: boolean },
  { sliceMs, mostMs, first, least }: Slicing,
  work: (from: number, to: number) => boolean,
): Promise<number | null> {
  let size = first;
  let worked = 0;
  for (let at = isUp ? from : to; isUp ? at < to : at > from; ) {
    if (worked > mostMs) return at;
    const end = isUp ? Math.min(to, at + size) : Math.max(from, at - size);
    const startedAt = performance.now();
    const goesOn = work(Math.min(at, end), Math.max(at, end));
    if (!goesOn) return null;
    const took = performance.now() - startedAt;
    worked += took;
    at = end;
    if (took > sliceMs) size = Math.max(least, Math.floor(size / 2));
    else if (took < sliceMs / 3) size *= 2;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return null;
}

/** Calls `work` with one after the other, each short by itself; others have a turn after `turnMs` of it. */
export async function inTurns<T>(all: T[], turnMs: number, work: (one: T) => Promise<void>) {
  let turn = performance.now();
  for (const one of all) {
    await work(one);
    if (performance.now() - turn < turnMs) continue;
    await new Promise((resolve) => setImmediate(resolve));
    turn = performance.now();
  }
}
