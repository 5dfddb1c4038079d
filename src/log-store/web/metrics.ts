// The size of log.db on the disk, and the number of items that it did not get.
import { Counter, Gauge, type Registry } from 'prom-client';
import type { LogStore } from '../log-store.ts';

export function measureLogStore(registry: Registry, { logStore }: { logStore: Pick<LogStore, 'state'> }) {
  for (const [kind, what] of [
    ['lines', 'Lines of the log'],
    ['measures', 'Counts of requests and statements, and traces,'],
  ] as const)
    new Counter({
      name: `chl_log_${kind}_dropped_total`,
      help: `${what} that were not kept, because log.db was too slow or could not be written.`,
      registers: [registry],
      collect() {
        this.reset();
        this.inc(logStore.state().dropped.all[kind]);
      },
    });
  new Gauge({
    name: 'chl_log_database_bytes',
    help: 'Size of log.db without its write-ahead log.',
    registers: [registry],
    collect() {
      const { file } = logStore.state();
      if (file) this.set(file.bytes);
      else this.remove();
    },
  });
}
