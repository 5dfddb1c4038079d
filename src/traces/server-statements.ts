// Counts the statements of the server, and adds each to the trace of its request. Threads and other processes
// report their own.
import { observeStatements } from '../core/db/driver.ts';
import type { Kernel } from '../core/kernel.ts';
import { createLoop } from '../core/loop.ts';
import { addSpan } from '../core/trace.ts';
import type { LogStore } from '../log-store/log-store.ts';
import { createStatementCounts } from '../log-store/statement-counts.ts';

const flushEveryMs = 10_000;

type Given = Pick<Kernel, 'config' | 'log'> & { logStore: Pick<LogStore, 'addStatements'> };

export function countServerStatements({ config, log, logStore }: Given) {
  const counts = createStatementCounts(config);
  const end = observeStatements((file, source, ms, rows) => {
    const { database, text } = counts.add(file, source, ms, rows);
    addSpan('db', `${database}: ${text}`, ms, rows);
  });
  const flush = () => logStore.addStatements(counts.take());
  const flushing = createLoop({
    everyMs: flushEveryMs,
    runOnce: flush,
    onError: (error) => log.error({ err: error }, 'statements could not be counted'),
  });

  return {
    start: () => flushing.start(),

    /** Adds the counts since the last time. */
    flush,

    async stop() {
      await flushing.stop();
      flush();
      end();
    },
  };
}
