// The figures of the last 24 h for the hub, read anew at intervals: a card must not change with every look at it.
import type { Figures } from './figures.ts';
import type { RequestFigures } from './request-figures.ts';

const everyMs = 15_000;

type Given = { requestFigures: Pick<RequestFigures, 'read'>; now: () => Date };

export function createLatestDay({ requestFigures, now }: Given) {
  let latest: { atMs: number; figures: Promise<Figures> } | null = null;

  return async (): Promise<Figures> => {
    const atMs = now().getTime();
    if (latest && atMs >= latest.atMs && atMs - latest.atMs < everyMs) return latest.figures;
    const reading = { atMs, figures: requestFigures.read('24h').then(({ all }) => all) };
    latest = reading;
    const forget = () => {
      if (latest === reading) latest = null;
    };
    // The first requests are shown at once.
    reading.figures.then(({ n }) => {
      if (n === 0) forget();
    }, forget);
    return reading.figures;
  };
}
