// Ends a drain: pauses all workers when the queue is empty or the time is over, then records what is left.
import { systemRequester } from '../core/audit.ts';
import type { Kernel } from '../core/kernel.ts';
import type { EmbeddingQueue } from '../embedding/queue.ts';
import type { WorkerRepository } from './repository.ts';
import { type Drain, isQuiet } from './state.ts';

/** How long after its deadline a drain waits for the current batches, so that the count is exact. */
const settleMs = 15_000;

type Given = Pick<Kernel, 'audit' | 'now'> & {
  repository: WorkerRepository;
  queue: Pick<EmbeddingQueue, 'counts'>;
};

/** Does nothing while no drain runs or none is due. First stops new claims; ends the drain when no batch is left. */
export async function endDueDrain(given: Given) {
  const { repository, queue, now } = given;
  const drain = repository.activeDrain();
  if (!drain) return;
  const pending = (await queue.counts()).pending.total;
  const overMs = now().getTime() - Date.parse(drain.deadline_at);
  if (pending > 0 && overMs < 0) return;
  pauseAll(given, drain);
  const control = repository.control();
  const areAllQuiet = repository.living().every((worker) => isQuiet(worker, control));
  if (!areAllQuiet && overMs < settleMs) return;
  recordEnd(given, drain, (await queue.counts()).pending.total);
}

function pauseAll({ repository, now }: Given, { id, started_by }: Drain) {
  repository.transaction(() => {
    if (repository.activeDrain()?.id !== id || repository.control().paused_at) return;
    repository.setControl({ paused_at: now().toISOString(), paused_by: started_by, drain_id: id });
  });
}

function recordEnd({ repository, audit }: Given, { id, forecast_left }: Drain, left: number) {
  repository.transaction(() => {
    const outcome = left === 0 ? 'drained' : 'timed_out';
    if (!repository.endDrain(id, outcome, left)) return;
    audit.record({
      event: 'workers.drain_ended',
      outcome: 'ok',
      by: systemRequester,
      target: 'workers',
      detail: { outcome, left, drain: id, forecast_left },
    });
  });
}
