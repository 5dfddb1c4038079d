// The origin of a line of the log: a route, or the work of a feature.
import type { Log } from '../core/log.ts';

/** The log of a feature's own work: its loops, and whatever else no request waits for. It does not follow the level of the
 *  server's log, whose output leaves out what is below. */
export const workLog = (log: Log, feature: string): Log => log.child({ work: feature }, { level: 'trace' });

/** The route of a request, else the work that no request waits for, such as `work: schedules`. A line on a job has its operation
 *  instead. */
export function placeOf({ route, operation, work }: Record<string, unknown>): string | null {
  if (typeof route === 'string' && route !== '') return route;
  return typeof work === 'string' && operation === undefined ? `work: ${work}` : null;
}
