// The report of a script, a worker or a thread on its own statements. The request that has started a script is known by its
// `traceparent`.
import { observeStatements } from '../core/db/driver.ts';
import { isObject } from '../core/json.ts';
import { shorten } from '../core/shorten.ts';
import { inheritTraceparent } from '../core/trace.ts';
import { createStatementCounts, type StatementCount, textMax } from './statement-counts.ts';

const maxReported = 50;
const reportEveryMs = 10_000;

type Settings = Parameters<typeof createStatementCounts>[0];
type Send = (message: { type: 'statements'; items: StatementCount[] }) => void;

/** From now on, counts the statements of this script, and passes its trace on to the services that it asks. The returned
 *  function sends the statements that took the most time, if there are any. */
export function traceScript(config: Settings, traceparent: string, send: Send): () => void {
  inheritTraceparent(traceparent);
  return countStatements(config, send);
}

/** From now on, counts the statements of this thread, and sends them every few seconds. The returned function sends the rest
 *  and ends that. */
export function reportStatements(config: Settings, send: Send): () => void {
  const report = countStatements(config, send);
  const timer = setInterval(report, reportEveryMs).unref();
  return () => {
    clearInterval(timer);
    report();
  };
}

function countStatements(config: Settings, send: Send): () => void {
  const counts = createStatementCounts(config);
  observeStatements(counts.add);
  return () => {
    const items = counts.take().sort((one, other) => other.total_us - one.total_us);
    if (items.length > 0) send({ type: 'statements', items: items.slice(0, maxReported) });
  };
}

/** The statements that a process has reported, without those that cannot be read. */
export function readStatementCounts(items: unknown[]): StatementCount[] {
  return items.slice(0, maxReported).flatMap((item) => {
    if (!isObject(item)) return [];
    const { database, text, calls, total_us, max_us, slow, rows } = item;
    if (typeof text !== 'string' || !databases.some((name) => name === database)) return [];
    if (![calls, total_us, max_us, slow, rows].every(isAmount)) return [];
    return [{ ...(item as StatementCount), text: shorten(text, textMax) }];
  });
}

export const databases = ['library', 'ops', 'other'];

function isAmount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
