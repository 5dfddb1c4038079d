// Follows the jobs of restore tests, and records what they have found.
import type { JobEvent } from '../core/bus.ts';
import type { Kernel } from '../core/kernel.ts';
import { isTerminal } from '../jobs/job.ts';
import { recordProofs } from './proofs.ts';

type Given = Parameters<typeof recordProofs>[0] & Pick<Kernel, 'log'>;

export function createDrillWatch(given: Given) {
  const { bus, log } = given;
  const onError = (err: unknown) => log.error({ err }, 'the outcome of a restore test could not be recorded');
  const runOnce = () => recordProofs(given).catch(onError);
  const onJob = ({ operation, status }: JobEvent) => {
    if (operation === 'drill' && isTerminal(status)) void runOnce();
  };

  return {
    /** Records the tests that ended while no server ran, then each one that ends. */
    async start() {
      bus.on('job', onJob);
      await runOnce();
    },

    stop: () => void bus.off('job', onJob),
  };
}
