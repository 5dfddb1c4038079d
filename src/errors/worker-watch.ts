// Watches the embedding workers: entries that failed for good since the start of the server, and the outages of the embedding
// service. Their processes write both into the databases.
import type { Kernel } from '../core/kernel.ts';
import type { EmbeddingQueue, FailedEntry } from '../embedding/queue.ts';
import type { WorkerRow } from '../workers/state.ts';
import { seenInEntry, seenInOutage } from './from-worker.ts';
import type { Seen } from './seen.ts';

/** More entries that fail between two looks are not counted. */
const maxEntries = 1000;

type Given = Pick<Kernel, 'redactor' | 'now'> & {
  queue: Pick<EmbeddingQueue, 'counts' | 'failed'>;
  living: () => WorkerRow[];
  add: (seen: Seen) => void;
};

export function createWorkerWatch({ redactor, now, queue, living, add }: Given) {
  const startedAt = now().toISOString();
  let known = { entries: new Set<string>(), outages: new Set<string>() };

  return {
    /** Adds what is new since the last look. */
    async look() {
      const entries = await failedEntries();
      const outages = living().filter(({ outage_since }) => outage_since !== null);
      for (const entry of entries) if (isNew(entry)) add(seenInEntry(entry, redactor));
      for (const worker of outages)
        if (!known.outages.has(keyOfOutage(worker))) add(seenInOutage(worker, redactor));
      known = { entries: new Set(entries.map(keyOfEntry)), outages: new Set(outages.map(keyOfOutage)) };
    },
  };

  async function failedEntries(): Promise<FailedEntry[]> {
    const { failed } = await queue.counts();
    return failed.total === 0 ? [] : queue.failed(maxEntries);
  }

  function isNew(entry: FailedEntry): boolean {
    return entry.attempts > 0 && entry.failed_at >= startedAt && !known.entries.has(keyOfEntry(entry));
  }
}

const keyOfEntry = ({ kind, id, failed_at }: FailedEntry) => JSON.stringify([kind, id, failed_at]);
const keyOfOutage = ({ name, outage_since }: WorkerRow) => JSON.stringify([name, outage_since]);
