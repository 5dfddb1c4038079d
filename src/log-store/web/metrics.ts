// What log.db takes on the disk, and what it did not get.
import { Counter, Gauge, type Registry } from 'prom-client';
import type { LogStore } from '../log-store.ts';

export function measureLogStore(registry: Registry, { logStore }: { logStore: Pick<LogStore, 'state'> }) {
  new Counter({
    name: 'chl_log_lines_dropped_total',
    help: 'Lines of the log that were not kept, because log.db was too slow or could not be written.',
    registers: [registry],
    collect() {
      this.reset();
      this.inc(logStore.state().dropped.times);
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
