// The one sampler: every few seconds it says on the bus when another process has changed the library, takes one sample
// of everything, and writes it. It never waits for a busy database: what could not be written is written with the next.
import type { Bus } from '../core/bus.ts';
import { type Db, prepareDataVersion } from '../core/db/open.ts';
import type { LiveIndex } from '../index/live.ts';
import { metricNames, type Readings, type Sample } from './metrics.ts';
import type { Samples } from './repository.ts';
import type { Source } from './sources.ts';

/** An hour at five seconds; older ones are given up for the newer when nothing can be written for so long. */
const unwrittenMax = 720;
/** Samples stand on multiples of the interval, so that none falls into its neighbour's step; a timer may be early. */
const lateMs = 20;

export function createSampler(given: {
  library: Db;
  liveIndex: LiveIndex;
  bus: Bus;
  intervalMs: number;
  samples: Samples;
  sources: Record<string, Source>;
  now: () => Date;
  /** Told once for each series of failures; `what` is the name of a source, `library` or `samples`. */
  onError: (error: Error, what: string) => void;
}) {
  const { library, liveIndex, bus, intervalMs, samples, sources, now } = given;
  const unwritten: Sample[] = [];
  const failing = new Set<string>();
  let timer: NodeJS.Timeout | null = null;
  let isStopped = true;
  let sampling: Promise<void> | null = null;
  const dataVersion = prepareDataVersion(library);
  let seen = dataVersion();
  let latest = samples.latest();

  return {
    start() {
      if (!isStopped) return;
      isStopped = false;
      tick();
    },
    runOnce,
    /** The newest sample: of the process before until the first is taken, null when there never was one. */
    latest: (): Sample | null => latest,
    /** Settles when no sample is being taken; safe twice. */
    async stop() {
      isStopped = true;
      if (timer) clearTimeout(timer);
      timer = null;
      await sampling;
    },
  };

  function tick() {
    void runOnce();
    const delayMs = intervalMs - (now().getTime() % intervalMs) + lateMs;
    timer = setTimeout(tick, delayMs);
  }

  /** Settles when the sample is taken and the live index has looked at its files. Two samples at once are one. */
  async function runOnce() {
    await tell('library', tellOfChange);
    const refreshed = liveIndex.refresh();
    sampling ??= sample().finally(() => {
      sampling = null;
    });
    await sampling;
    await refreshed;
  }

  function tellOfChange() {
    const version = dataVersion();
    if (version !== seen) bus.emit('library');
    seen = version;
  }

  async function sample() {
    latest = await takeSample();
    unwritten.push(latest);
    if (unwritten.length > unwrittenMax) unwritten.shift();
    await tell('samples', () => {
      samples.write(unwritten);
      unwritten.length = 0;
    });
    bus.emit('sample');
  }

  async function takeSample(): Promise<Sample> {
    const at = Math.floor(now().getTime() / intervalMs) * (intervalMs / 1000);
    const readings = Object.fromEntries(metricNames.map((name) => [name, null])) as Readings;
    for (const [name, source] of Object.entries(sources)) {
      await tell(name, async () => void Object.assign(readings, await source()));
    }
    return { at, ...readings };
  }

  /** Tells of an error when `work` went well the time before. */
  async function tell(what: string, work: () => void | Promise<void>) {
    try {
      await work();
      failing.delete(what);
    } catch (error) {
      if (!failing.has(what)) given.onError(error as Error, what);
      failing.add(what);
    }
  }
}
