// The one sampler: at every interval it emits `library` when another process has changed the library, takes a sample and
// writes it. It never waits for a busy database: unwritten samples are written with the next one.
import { prepareDataVersion } from '../core/db/open.ts';
import type { Kernel } from '../core/kernel.ts';
import { createLoop } from '../core/loop.ts';
import { metricNames, type Readings, type Sample } from '../core/db/metrics.ts';
import type { LiveIndex } from '../index/live.ts';
import type { Samples } from './repository.ts';
import type { Source } from './sources.ts';

/** An hour at five seconds; then older samples are dropped. */
const maxUnwritten = 720;
/** Samples are taken this long after a multiple of the interval, because a timer may be early. */
const lateMs = 20;

type Given = Pick<Kernel, 'library' | 'bus' | 'now'> & {
  liveIndex: LiveIndex;
  intervalMs: number;
  samples: Samples;
  sources: Record<string, Source>;
  /** Called once for each series of failures; `what` is the name of a source, `library` or `samples`. */
  onError: (error: Error, what: string) => void;
};

export function createSampler(given: Given) {
  const { library, liveIndex, bus, intervalMs, samples, sources, now, onError } = given;
  const unwritten: Sample[] = [];
  const report = createReport(onError);
  const dataVersion = prepareDataVersion(library);
  let seen = dataVersion();
  let latest = samples.latest();
  const loop = createLoop({
    everyMs: () => intervalMs - (now().getTime() % intervalMs) + lateMs,
    runOnce: sample,
    onError: (error) => onError(error as Error, 'samples'),
  });

  return {
    start: loop.start,
    stop: loop.stop,
    /** Settles when the sample is taken and the live index has looked at its files. */
    async runOnce() {
      // A run in progress may have read the library before the caller changed it.
      await report('library', emitChange);
      const refreshed = liveIndex.refresh();
      await loop.runOnce();
      await refreshed;
    },
    /** The newest sample: of the process before until the first is taken; null when there never was one. */
    latest: (): Sample | null => latest,
  };

  async function sample() {
    await report('library', emitChange);
    void liveIndex.refresh();
    const at = Math.floor(now().getTime() / intervalMs) * (intervalMs / 1000);
    const readings = Object.fromEntries(metricNames.map((name) => [name, null])) as Readings;
    for (const [name, source] of Object.entries(sources)) {
      await report(name, async () => void Object.assign(readings, await source()));
    }
    latest = { at, ...readings };
    unwritten.push(latest);
    if (unwritten.length > maxUnwritten) unwritten.shift();
    await report('samples', () => {
      samples.write(unwritten);
      unwritten.length = 0;
    });
    bus.emit('sample');
  }

  function emitChange() {
    const version = dataVersion();
    if (version !== seen) bus.emit('library');
    seen = version;
  }
}

/** Gives a function that runs `work`; `onError` is called once for each series of failures of the same `what`. */
function createReport(onError: (error: Error, what: string) => void) {
  const failing = new Set<string>();
  return async (what: string, work: () => void | Promise<void>) => {
    try {
      await work();
      failing.delete(what);
    } catch (error) {
      if (!failing.has(what)) onError(error as Error, what);
      failing.add(what);
    }
  };
}
