// The server's end of a search thread.
import { AppError } from '../core/errors.ts';
import { startThread as start, type Thread } from '../core/thread.ts';
import type { StatementCount } from '../log-store/statement-counts.ts';
import type { Exchange, ThreadStart } from './live-protocol.ts';

export type LiveThread = Thread<Exchange>;

export const searchThreadFile = new URL('./live-worker.js', import.meta.url);

type Listening = {
  /** Called once if the thread ends without having been asked to. */
  onCrash: (cause: Error) => void;
  /** Takes the statements of some seconds. */
  onStatements: (counts: StatementCount[]) => void;
};

export function startThread(file: URL, data: ThreadStart, { onCrash, onStatements }: Listening): LiveThread {
  const onReport = (report: unknown) => onStatements(report as StatementCount[]);
  return start<Exchange>({ file, data, endedError, onCrash, onReport });
}

function endedError(isClosing: boolean): AppError {
  return isClosing
    ? new AppError('stopping', 'Search is stopping. Search again after the server has restarted.')
    : new AppError('temporary', 'Search ended unexpectedly and is restarting. Search again.');
}
