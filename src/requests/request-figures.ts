// Reads the figures of requests of a window from the log store.
import type { LogStore } from '../log-store/log-store.ts';
import { type Figures, figuresByRoute, figuresOf, type RouteFigures } from './figures.ts';
import type { RequestCounter } from './request-counter.ts';
import { partsOf, startOf, type WindowName, windowNames } from './windows.ts';

/** `since` and `until`: ISO 8601 UTC. `all`: of the requests, without streams and transfers. */
export type WindowFigures = { since: string; until: string; all: Figures; routes: RouteFigures[] };

type Given = { logStore: Pick<LogStore, 'ask'>; counter: RequestCounter; now: () => Date };

export type RequestFigures = ReturnType<typeof createRequestFigures>;

/** Each answer includes all requests that were answered before the call. Throws `temporary` or `stopping`. */
export function createRequestFigures({ logStore, counter, now }: Given) {
  const statsOf = (window: WindowName, nowMs: number) => {
    counter.flush();
    return logStore.ask('requestStats', { parts: partsOf(window, nowMs) });
  };

  return {
    async read(window: WindowName): Promise<WindowFigures> {
      const nowMs = now().getTime();
      const stats = await statsOf(window, nowMs);
      return {
        since: toIso(startOf(window, nowMs)),
        until: toIso(nowMs),
        all: figuresOf(stats.filter(({ kind }) => kind === 'request')),
        routes: figuresByRoute(stats),
      };
    },

    /** Of the last 24 h; null without requests. */
    async ofRoute(method: string, route: string): Promise<RouteFigures | null> {
      const stats = await statsOf('24h', now().getTime());
      const ofRoute = stats.filter((one) => one.method === method && one.route === route);
      return figuresByRoute(ofRoute)[0] ?? null;
    },

    /** How many requests each window has, in the order of `windowNames`. */
    async counts(): Promise<number[]> {
      counter.flush();
      const nowMs = now().getTime();
      return logStore.ask('requestCounts', { windows: windowNames.map((name) => partsOf(name, nowMs)) });
    },
  };
}

function toIso(ms: number): string {
  return new Date(ms).toISOString();
}
