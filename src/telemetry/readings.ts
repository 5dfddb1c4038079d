// Takes one sample: asks every source for its readings. A source that fails leaves its readings null.
import { metricNames, type Readings } from './metrics.ts';
import type { Source } from './sources.ts';

/** `report` runs work and reports its first failure in a row. */
export type Report = (what: string, work: () => void | Promise<void>) => Promise<void>;

export async function takeReadings(sources: Record<string, Source>, report: Report): Promise<Readings> {
  const readings = Object.fromEntries(metricNames.map((name) => [name, null])) as Readings;
  for (const [name, source] of Object.entries(sources)) {
    await report(name, async () => void Object.assign(readings, await source()));
  }
  return readings;
}

/** `onError` is called once for each series of failures of the same `what`. */
export function createReport(onError: (error: Error, what: string) => void): Report {
  const failing = new Set<string>();
  return async (what, work) => {
    try {
      await work();
      failing.delete(what);
    } catch (error) {
      if (!failing.has(what)) onError(error as Error, what);
      failing.add(what);
    }
  };
}
