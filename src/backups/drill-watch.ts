// Follows the jobs of restore tests: records what they have found, and removes the folder that a killed one has left.
import type { JobEvent } from '../core/bus.ts';
import type { Kernel } from '../core/kernel.ts';
import { isTerminal, type Job } from '../jobs/job.ts';
import { removeEndedFolders, removeLeftFolders } from './drill-folder.ts';
import { recordProofs } from './proofs.ts';

type Given = Parameters<typeof recordProofs>[0] &
  Pick<Kernel, 'config' | 'log'> & {
    /** The jobs that have not ended. */
    active: () => Pick<Job, 'id'>[];
  };

export function createDrillWatch(given: Given) {
  const { bus, config, log } = given;
  const onError = (err: unknown) => log.error({ err }, 'the outcome of a restore test could not be recorded');
  const onJob = ({ operation, status }: JobEvent) => {
    if (operation === 'drill' && isTerminal(status)) void runOnce();
  };

  return {
    /** Before the first job starts. Removes what a killed server has left. */
    recover: () => withoutFail(removeLeftFolders(config)),

    /** Records the tests that ended while no server ran, then each one that ends. */
    async start() {
      bus.on('job', onJob);
      await runOnce();
    },

    stop: () => void bus.off('job', onJob),
  };

  async function runOnce() {
    await recordProofs(given).catch(onError);
    const running = new Set(given.active().map(({ id }) => id));
    await withoutFail(removeEndedFolders(config, (id) => running.has(id)));
  }

  async function withoutFail(removal: Promise<void>) {
    await removal.catch((err: unknown) =>
      log.warn({ err }, 'the folder of a restore test could not be removed'),
    );
  }
}
