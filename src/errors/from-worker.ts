// The errors of workers: entries that failed for good, outages of the embedding service, and lost workers.
import type { Redactor } from '../core/redaction.ts';
import type { FailedEntry } from '../embedding/queue.ts';
import type { WorkerRow } from '../workers/state.ts';
import { type Seen, toSeen } from './seen.ts';

type Recorder = Pick<Redactor, 'record'>;

/** The work of embedding workers, in place of a route or an operation. */
const place = 'embed';
/** Codes of Node, of SQLite and of HTTP, which the messages contain. */
const knownCode = /\b(?:E[A-Z]{3,}[A-Z_]*|SQLITE_[A-Z_]+|HTTP \d{3})\b/;

const ofWorker = { source: 'worker', place, frame: null } as const;

export function seenInEntry({ id, title, error, failed_at }: FailedEntry, { record }: Recorder): Seen {
  return toSeen({
    ...ofWorker,
    code: codeIn(error) ?? 'entry_failed',
    message: record(error),
    text: record(`${error}\n\n${id}: ${title}`),
    at: new Date(failed_at),
    entry: id,
  });
}

export function seenInOutage({ name, outage_since, outage_error }: WorkerRow, { record }: Recorder): Seen {
  const message = record(outage_error ?? '');
  return toSeen({
    ...ofWorker,
    code: codeIn(message) ?? 'embedding_outage',
    message,
    text: `The embedding service does not answer: ${message}`,
    at: new Date(outage_since ?? Date.now()),
    worker: name,
  });
}

/** `message`: without secrets. */
export function seenLost(worker: string, lost: { code: string; message: string; at: Date }): Seen {
  return toSeen({ ...ofWorker, ...lost, text: `Worker ${worker}: ${lost.message}`, worker });
}

const codeIn = (message: string) => knownCode.exec(message)?.[0] ?? null;
