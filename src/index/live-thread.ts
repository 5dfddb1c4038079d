// The server's end of a search thread.
import { AppError } from '../core/errors.ts';
import { startThread as start, type Thread } from '../core/thread.ts';
import type { CountUsage } from '../cost-store/usage-item.ts';
import type { StatementCount } from '../log-store/statement-counts.ts';
import type { Exchange, ThreadReport, ThreadStart } from './live-protocol.ts';

export type LiveThread = Thread<Exchange>;

export const searchThreadFile = new URL('./live-worker.js', import.meta.url);

export type Reports = {
  /** Takes the statements of some seconds. */
  onStatements: (counts: StatementCount[]) => void;
  /** Takes the tokens of the embedding of searches. */
  countUsage: CountUsage;
};

/** Calls `onCrash` once if the thread ends without having been asked to. */
export function startThread(
  file: URL,
  data: ThreadStart,
  { onCrash, onStatements, countUsage }: Reports & { onCrash: (cause: Error) => void },
): LiveThread {
  const onReport = (report: unknown) => {
    const sent = report as ThreadReport;
    if ('usage' in sent) countUsage(...sent.usage);
    else onStatements(sent.statements);
  };
  return start<Exchange>({ file, data, endedError, onCrash, onReport });
}

function endedError(isClosing: boolean): AppError {
  return isClosing
    ? new AppError('stopping', 'Search is stopping. Search again after the server has restarted.')
    : new AppError('temporary', 'Search ended unexpectedly and is restarting. Search again.');
}
