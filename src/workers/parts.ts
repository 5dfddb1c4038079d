// What the feature consists of, built from the kernel and the features before it.
import type { Context, Kernel } from '../core/kernel.ts';
import { chooseEmbedder } from '../embedding/choose.ts';
import { embedding } from '../embedding/feature.ts';
import { createWorkers } from './control.ts';
import { createPatientQueue } from './patient-queue.ts';
import { createPool } from './pool.ts';
import { createWorkerRepository } from './repository.ts';
import { createWorkerWatch } from './watch.ts';

export type WorkerParts = ReturnType<typeof createWorkerParts>;
export type WorkerContext = Kernel & WorkerParts;

/** How long a request waits for a library that another process is writing, and how often it asks. */
const busyRetry = { maxMs: 3000, everyMs: 100 };

export function createWorkerParts(ctx: Context) {
  const { config, audit, bus, log, ops, untilFree, now } = ctx;
  const { counts, impatientQueue } = ctx.use(embedding);
  const queue = createPatientQueue(impatientQueue, busyRetry);
  const repository = createWorkerRepository(ops, now);
  const given = { repository, queue, audit, bus, log, untilFree, now };
  const watch = createWorkerWatch({ ...given, queue: impatientQueue });
  const pool = createPool({ ...given, config, onEnd: watch.tellEnd });

  return {
    queue,
    counts,
    watch,
    pool,
    workers: createWorkers({ ...given, pool }),

    /** In noop mode nothing is embedded, so no worker runs. */
    async start() {
      await watch.start();
      if (config.mode === 'noop') return;
      // A worker of another model than the library's is refused by the queue, and says why.
      await queue
        .useModel(chooseEmbedder(config))
        .catch((error) => log.error({ err: error }, 'the model could not be recorded in the library'));
      await pool.start();
    },

    async stop() {
      await Promise.all([pool.stop(), watch.stop()]);
    },
  };
}
