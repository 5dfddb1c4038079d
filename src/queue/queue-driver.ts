// The place of the queue, and the owner of the workers that empty it.
import path from 'node:path';
import type { Config } from '../core/config.ts';
import { plural } from '../core/format.ts';
import type { WorkerRow } from '../workers/state.ts';

export type Driver = ReturnType<typeof readDriver>;

type Counted = Pick<WorkerRow, 'owner' | 'lost_at'>;

/** `workers`: how many answer, by the one who has started them. */
export function readDriver(
  { mode, databasePath }: Pick<Config, 'mode' | 'databasePath'>,
  workers: Counted[],
) {
  const count = (owner: string) =>
    workers.filter((one) => one.owner === owner && one.lost_at === null).length;
  return {
    name: 'sqlite',
    file: path.basename(databasePath),
    mode,
    workers: { server: count('server'), hand: count('hand') },
  };
}

/** `SQLite, chl.db. The server runs 2 workers.` */
export function describeDriver({ file, mode, workers }: Driver): string {
  const { server, hand } = workers;
  const owners = [
    ...(server > 0 ? [`The server runs ${plural(server, 'worker')}.`] : []),
    ...(hand > 0 ? [`${plural(hand, 'worker')} ${hand === 1 ? 'was' : 'were'} started by hand.`] : []),
  ];
  if (mode === 'noop') owners.push('Noop mode runs no workers.');
  else if (owners.length === 0) owners.push('No worker is running.');
  return [`SQLite, ${file}.`, ...owners].join(' ');
}
