// One turn of a worker: claims a batch of entries, embeds it and stores the vectors. It claims nothing while the worker is
// held back, and keeps no claim that it does not work on.
import { embedClaims } from '../embedding/embed.ts';
import { type Embedder, EmbeddingOutage } from '../embedding/embedder.ts';
import type { Claim, EmbeddingQueue } from '../embedding/queue.ts';
import type { HangGuard } from './hang-guard.ts';
import type { Heartbeat } from './heartbeat.ts';
import type { Outage } from './outage.ts';
import type { Pace } from './pace.ts';
import type { WorkerRepository } from './repository.ts';

export type TurnOptions = {
  name: string;
  claimant: string;
  queue: EmbeddingQueue;
  model: Embedder;
  repository: Pick<WorkerRepository, 'isHeldBack'>;
  now: () => Date;
  times: { leaseMs: number; reportMs: number };
};

/** How a turn ended: entries were settled, none is due, the worker is held back, or the embedder does not answer. */
type Turn = 'worked' | 'idle' | 'paused' | 'outage';

/** Gives a function that claims and embeds one batch, if it may and there is one. */
export function createTurn(
  given: TurnOptions & {
    pace: Pace;
    heartbeat: Heartbeat;
    outage: Outage;
    hangs: HangGuard;
    isStopping: () => boolean;
  },
) {
  const { name, claimant, queue, model, repository, now, times } = given;
  const { pace, heartbeat, outage, hangs, isStopping } = given;

  return async (): Promise<Turn> => {
    if (repository.isHeldBack(name)) return rest('paused');
    const request = { claimant, model, size: pace.batchSize(), leaseMs: times.leaseMs };
    const claims = await queue.claim(request);
    const [first] = claims;
    if (!first) return rest('idle');
    if (isStopping() || repository.isHeldBack(name)) {
      await queue.release(claimant);
      return rest('paused');
    }
    begin(first);
    return embed(claims);
  };

  function begin({ id, title }: Claim) {
    const isFirst = heartbeat.current.state !== 'working';
    hangs.reset();
    const current = { current_id: id, current_title: title, current_since: now().toISOString() };
    heartbeat.set({ state: 'working', ...current });
    if (isFirst || heartbeat.msSinceSent() >= times.reportMs) heartbeat.send();
  }

  async function embed(claims: Claim[]): Promise<Turn> {
    const startedAt = performance.now();
    try {
      const settled = await hangs.run(
        embedClaims({ queue, model, claimant, leaseMs: times.leaseMs, onNext: begin }, claims),
      );
      const { processed, failed } = heartbeat.current;
      heartbeat.set({ processed: processed + settled.embedded, failed: failed + settled.failed });
      pace.add(claims.length, performance.now() - startedAt);
      outage.end();
      return 'worked';
    } catch (error) {
      if (!(error instanceof EmbeddingOutage)) throw error;
      outage.begin(error);
      rest('idle');
      heartbeat.send();
      return 'outage';
    }
  }

  function rest(state: 'idle' | 'paused'): Turn {
    const hasChanged = heartbeat.current.state !== state;
    heartbeat.set({ state, current_id: null, current_title: null, current_since: null });
    if (hasChanged) heartbeat.send();
    return state;
  }
}
