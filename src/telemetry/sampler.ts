// Looks every few seconds whether another process has changed the library or the index, and says so on the bus.
import type { Bus } from '../bus.ts';
import { type Db, dataVersion } from '../db/open.ts';
import type { LiveIndex } from '../index/live.ts';

export type Sampler = ReturnType<typeof createSampler>;

export function createSampler(given: { library: Db; liveIndex: LiveIndex; bus: Bus; intervalMs: number }) {
  const { library, liveIndex, bus, intervalMs } = given;
  let timer: NodeJS.Timeout | null = null;
  let seen = dataVersion(library);

  return {
    start() {
      timer ??= setInterval(() => void runOnce(), intervalMs);
    },
    runOnce,
    stop() {
      if (timer) clearInterval(timer);
      timer = null;
    },
  };

  /** Settles when the live index has looked at its files. */
  async function runOnce() {
    const version = dataVersion(library);
    if (version !== seen) bus.emit('library');
    seen = version;
    await liveIndex.refresh();
  }
}
