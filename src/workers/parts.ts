// Builds the objects of the feature from the kernel and the features before it.
import { coalesceNext } from '../core/coalesce.ts';
import { busyLimits } from '../core/db/busy-retry.ts';
import type { Context, Kernel } from '../core/kernel.ts';
import { costStore } from '../cost-store/feature.ts';
import { chooseEmbedder } from '../embedding/choose.ts';
import { embedding } from '../embedding/feature.ts';
import { flags } from '../flags/feature.ts';
import { logStore } from '../log-store/feature.ts';
import { scriptCommand } from '../runner/command.ts';
import { createWorkers } from './control.ts';
import { createModelChanges } from './model-changes.ts';
import { createPatientQueue } from './patient-queue.ts';
import { createPool } from './pool.ts';
import { poolTimes } from './pool-slot.ts';
import { createRemoteWatch } from './remote-watch.ts';
import { createRecheckRepository } from './recheck-repository.ts';
import { createWorkerRepository } from './repository.ts';
import { createWorkerWatch, watchTimes } from './watch.ts';

export type WorkerContext = Kernel & ReturnType<typeof createWorkerParts>;

export function createWorkerParts(ctx: Context) {
  const { bus, config, log, ops, now } = ctx;
  const { counts, impatientQueue } = ctx.use(embedding);
  const queue = createPatientQueue(impatientQueue, busyLimits.request);
  const repository = createWorkerRepository(ops, now);
  const modelChanges = createModelChanges(now);
  const rechecks = createRecheckRepository(ops, now);
  const given = { ...ctx, repository, queue };
  const watch = createWorkerWatch({ ...given, queue: impatientQueue, times: watchTimes });
  const remotes = createRemoteWatch(ctx);
  const command = scriptCommand('worker');
  const { addStatements: onStatements } = ctx.use(logStore).logStore;
  const pool = createPool({ ...given, command, times: poolTimes, onEnd: watch.reportEnd, onStatements });

  return {
    rechecks,
    modelChanges,
    flags: ctx.use(flags).flags,
    queue,
    counts,
    watch,
    remotes,
    pool,
    workers: createWorkers({ ...given, pool }),

    /** In noop mode nothing is embedded, so no worker runs. */
    async start() {
      await watch.start();
      remotes.start();
      if (config.mode === 'noop') return;
      await recordModel();
      await pool.start();
    },

    /** After a change of the embedder: entries of another model wait again, and the workers start anew. */
    changeEmbedder: coalesceNext(async () => {
      if (config.mode !== 'noop') await pool.restartAll(recordModel);
    }),

    async stop() {
      await Promise.all([pool.stop(), watch.stop(), remotes.stop()]);
    },
  };

  /** A worker of another model than the library's is refused by the queue, and says why. */
  async function recordModel() {
    try {
      const embedder = await chooseEmbedder(config, ctx.use(costStore).usage.add);
      await modelChanges.note(() => queue.useModel(embedder));
      bus.emit('library');
    } catch (error) {
      log.error({ err: error }, 'the model could not be recorded in the library');
    }
  }
}
