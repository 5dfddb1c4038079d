// The place of the queue, and the owner of the workers that empty it.
import path from 'node:path';
import type { Config } from '../core/config.ts';
import { plural } from '../core/format.ts';
import { labelOf } from '../embedding/queue-address.ts';
import type { WorkerRow } from '../workers/state.ts';

export type Driver = ReturnType<typeof readDriver>;

type Counted = Pick<WorkerRow, 'owner' | 'lost_at'>;

/** `workers`: how many answer, by the one who has started them. */
export function readDriver(
  { mode, databasePath, embeddingQueue }: Pick<Config, 'mode' | 'databasePath' | 'embeddingQueue'>,
  workers: Counted[],
) {
  const count = (owner: string) =>
    workers.filter((one) => one.owner === owner && one.lost_at === null).length;
  return {
    name: embeddingQueue === null ? 'sqlite' : 'sqlite + redis',
    file: path.basename(databasePath),
    mode,
    workers: { server: count('server'), hand: count('hand') },
    redis: embeddingQueue === null ? null : labelOf(embeddingQueue),
  };
}

/** `SQLite, chl.db. The server runs 2 workers.` */
export function describeDriver({ file, mode, workers, redis }: Driver): string {
  const { server, hand } = workers;
  const owners = [
    ...(server > 0 ? [`The server runs ${plural(server, 'worker')}.`] : []),
    ...(hand > 0 ? [`${plural(hand, 'worker')} ${hand === 1 ? 'was' : 'were'} started by hand.`] : []),
  ];
  if (mode === 'noop') owners.push('Noop mode runs no workers.');
  else if (owners.length === 0) owners.push('No worker is running.');
  const remote = redis === null ? [] : [`Remote workers get their texts through ${redis}.`];
  return [`SQLite, ${file}.`, ...owners, ...remote].join(' ');
}
