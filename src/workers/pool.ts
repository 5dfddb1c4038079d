// The embedding workers that the server keeps running; they end with the server.
import os from 'node:os';
import { systemRequester } from '../core/audit.ts';
import type { Kernel } from '../core/kernel.ts';
import type { StatementCount } from '../log-store/statement-counts.ts';
import { freeNames } from './names.ts';
import { createPoolSlot, type PoolTimes } from './pool-slot.ts';
import type { WorkerRepository } from './repository.ts';

type Given = Pick<Kernel, 'config' | 'audit' | 'bus' | 'log' | 'untilFree'> & {
  repository: WorkerRepository;
  command: string[];
  times: PoolTimes;
  /** Called with the reason, in a sentence, whenever a worker process has ended. */
  onEnd(name: string, reason: string): void;
  /** Takes the statements of the workers, those of some seconds at a time. */
  onStatements(counts: StatementCount[]): void;
};

export function createPool(given: Given) {
  const { config, repository, audit, bus, log, untilFree, onEnd } = given;
  const slots: ReturnType<typeof createPoolSlot>[] = [];
  let [isHalted, isStopped] = [false, false];

  return {
    /** Registers the names before the processes start, so that no other worker takes them. */
    async start() {
      const names = freeNames(repository.living(), config.workers);
      await untilFree(() => {
        for (const name of names)
          repository.register({ name, claimant: name, owner: 'server', host: os.hostname() }, null);
      });
      for (const name of names)
        slots.push(createPoolSlot({ ...given, name, onGiveUp: (reason) => recordGiveUp(name, reason) }));
      startAll();
    },

    hasGivenUp: () => slots.some((slot) => slot.gaveUp() !== null),

    /** Starts the workers again that were given up: the one of that name, or all. */
    startAgain(name?: string) {
      if (isHalted) return;
      for (const slot of slots)
        if (slot.gaveUp() !== null && (name === undefined || name === slot.name)) slot.start();
    },

    /** Ends all workers after their batches, and starts them again after `meanwhile`, with the settings of that time. */
    async restartAll(meanwhile: () => Promise<void>) {
      await haltAll();
      try {
        await meanwhile();
      } finally {
        if (!isStopped) startAll();
      }
      bus.emit('workers');
    },

    problems: () => slots.flatMap((slot) => slot.gaveUp() ?? []),

    /** Ends all workers within seconds; they release their claims. Safe twice. */
    async stop() {
      isStopped = true;
      await haltAll();
    },
  };

  function startAll() {
    isHalted = false;
    for (const slot of slots) slot.start();
  }

  async function haltAll() {
    isHalted = true;
    await Promise.all(slots.map((slot) => slot.stop()));
  }

  function recordGiveUp(name: string, message: string) {
    log.error({ event: 'worker.gave_up', worker: name }, message);
    const entry = { event: 'worker.gave_up', outcome: 'failed', by: systemRequester } as const;
    untilFree(() => audit.record({ ...entry, target: `worker:${name}`, detail: { message } })).catch(
      (error) => log.error({ err: error, worker: name }, 'that it gave up is not in the audit log'),
    );
    onEnd(name, message);
    bus.emit('workers');
  }
}
