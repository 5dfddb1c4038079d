// A clock that runs faster than the machine's, and which several processes share.

export type FastClock = { now: () => Date; skip: (ms: number) => void; arguments: () => string[] };

/** `factor`: its seconds in one real second. */
export function createFastClock(start: Date, factor: number): FastClock {
  let from = start.getTime();
  const at = Date.now();
  return {
    now: () => timeOf(from, at, factor),
    /** Sets it forward, as after a long stop. */
    skip(ms) {
      from += ms;
    },
    arguments: () => [from, at, factor].map(String),
  };
}

/** The clock of another process, from its `arguments`. */
export function readClock(given: string[]): () => Date {
  const [from = 0, at = 0, factor = 1] = given.map(Number);
  return () => timeOf(from, at, factor);
}

function timeOf(from: number, at: number, factor: number): Date {
  return new Date(from + (Date.now() - at) * factor);
}
