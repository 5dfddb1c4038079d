// Thins the measurements of a running attempt: at most 200 are kept, evenly spaced over its whole duration.
export const maxSamples = 200;
/** The first spacing; each time the series is full, every second sample goes and the spacing doubles. */
const firstSpacingMs = 500;
/** Timers are not exact. */
const earlyMs = 50;

type Sample = { atMs: number; rssBytes: number; cpuPercent: number };
/** The memory in use, and the CPU time since the start. */
export type Measurement = { rssBytes: number; cpuSec: number };
type Store = { add(sample: Sample): void; thin(): void };

export function createSampleRecorder(store: Store, now: () => Date) {
  let spacingMs = firstSpacingMs;
  let count = 0;
  let last: { atMs: number; cpuSec: number } | null = null;

  return ({ rssBytes, cpuSec }: Measurement) => {
    const atMs = now().getTime();
    if (last && atMs - last.atMs < spacingMs - earlyMs) return;
    const tookSec = last ? (atMs - last.atMs) / 1000 : 0;
    const cpuPercent = last ? Math.round(Math.max(0, (cpuSec - last.cpuSec) / tookSec) * 100) : 0;
    if (count === maxSamples) {
      store.thin();
      count = Math.ceil(count / 2);
      spacingMs *= 2;
    }
    store.add({ atMs, rssBytes, cpuPercent });
    count += 1;
    last = { atMs, cpuSec };
  };
}
