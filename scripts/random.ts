// Pseudo-random numbers: the same seed gives the same sequence on every machine.

/** Returns a whole number from 0 to `below` - 1. */
export type Random = (below: number) => number;

/** A linear congruential generator (Numerical Recipes). */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

export function pick<T>(random: Random, items: readonly [T, ...T[]]): T {
  return items[random(items.length)] ?? items[0];
}
