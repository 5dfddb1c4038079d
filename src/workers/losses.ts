// Finds lost and stalled workers: takes back the claims of a lost one, and kills it when the pool can replace it.
import { systemRequester } from '../core/audit.ts';
import { isBusy } from '../core/db/busy-retry.ts';
import type { Kernel } from '../core/kernel.ts';
import type { EmbeddingQueue } from '../embedding/queue.ts';
import { signal } from '../runner/processes.ts';
import { isProcessGone, isProcessStopped, isProcessThere } from './names.ts';
import type { WorkerRepository } from './repository.ts';
import { isStalled, type WorkerRow } from './state.ts';

/** How long a worker started by hand is shown as lost after its process has gone. */
const rememberMs = 600_000;

const endedError = 'The worker process ended while it embedded this entry.';
const hungError = 'The worker hung while it embedded this entry: it stopped sending heartbeats.';

/** `entryError`: the error of the entries it had claimed, since one of them may be the cause; null when none can be. */
type Loss = { reason: string; entryError: string | null };

type Given = Pick<Kernel, 'audit' | 'log' | 'now'> & {
  repository: WorkerRepository;
  queue: Pick<EmbeddingQueue, 'release' | 'quarantine'>;
  lostMs: number;
};

export function createLosses({ repository, queue, audit, log, now, lostMs }: Given) {
  /** Ends that are not settled yet, by claimant: the row may belong to the successor already. */
  const ends = new Map<string, { worker: WorkerRow } & Loss>();

  return {
    /** The workers whose end is known and not settled yet. */
    reported: () => [...ends.values()].map(({ worker }) => worker),

    reportEnd(name: string, reason: string) {
      const worker = repository.find(name);
      if (worker && !worker.lost_at) ends.set(worker.claimant, { worker, reason, entryError: endedError });
    },

    async check(worker: WorkerRow) {
      try {
        if (worker.lost_at) {
          killReplaceable(worker);
          if (mayForget(worker, now())) repository.end(worker);
          return;
        }
        const loss = findLoss(worker);
        if (loss) return await lose(worker, loss);
        const stalls = isStalled(worker, now());
        if (stalls !== (worker.stalled_at !== null)) repository.stall(worker, stalls);
      } catch (error) {
        if (!isBusy(error)) throw error;
        killBlocker(worker);
      }
    },
  };

  function findLoss(worker: WorkerRow): Loss | null {
    return ends.get(worker.claimant) ?? detectLoss(worker, now(), lostMs);
  }

  /** Takes the claims back first: an interrupted run is repeated by the next look. */
  async function lose(worker: WorkerRow, { reason, entryError }: Loss) {
    const { name, pid, claimant } = worker;
    const returned =
      entryError === null ? await queue.release(claimant) : await queue.quarantine(claimant, entryError);
    const target = `worker:${name}`;
    const detail = { pid, reason, returned };
    repository.transaction(() => {
      repository.lose(worker, reason);
      audit.record({ event: 'worker.lost', outcome: 'failed', by: systemRequester, target, detail });
    });
    ends.delete(claimant);
    log.warn({ event: 'worker.lost', worker: name, pid, returned }, reason);
    killReplaceable(worker);
  }

  /** A worker stopped mid-transaction blocks all writers. */
  function killBlocker(worker: WorkerRow) {
    if (worker.pid === null || !findLoss(worker) || !isProcessStopped(worker)) return;
    signal(worker.pid, 'SIGKILL');
    const reason =
      'It was suspended (SIGSTOP) during a write and blocked all other writers, so it was killed.';
    ends.set(worker.claimant, { worker, reason, entryError: null });
    log.error({ event: 'worker.ended', worker: worker.name, pid: worker.pid }, reason);
  }
}

/** The pool replaces its own workers; one started by hand stays visible until the operator had time to read it. */
function mayForget(worker: WorkerRow, now: Date): boolean {
  const isOld = now.getTime() - Date.parse(worker.lost_at ?? '') > rememberMs;
  return isOld && worker.owner === 'hand' && isProcessGone(worker);
}

/** The pool starts another process only when this one is gone. */
function killReplaceable(worker: WorkerRow) {
  if (worker.pid !== null && isReplaceable(worker)) signal(worker.pid, 'SIGKILL');
}

/** Started by the pool of the server, and proven to be alive. */
function isReplaceable(worker: WorkerRow): boolean {
  return worker.owner === 'server' && isProcessThere(worker);
}

function detectLoss(worker: WorkerRow, now: Date, lostMs: number): Loss | null {
  // The pool reports the ends of its own workers.
  if (worker.owner === 'hand' && isProcessGone(worker))
    return { reason: 'Its process has exited.', entryError: endedError };
  const isSilent = worker.pid !== null && now.getTime() - Date.parse(worker.heartbeat_at) > lostMs;
  return isSilent ? describeSilence(worker) : null;
}

/** Only a process that is proven to run, and not stopped, may hang because of an entry. */
function describeSilence(worker: WorkerRow): Loss {
  const silent = 'It stopped sending heartbeats';
  if (!isProcessThere(worker)) return { reason: `${silent}.`, entryError: null };
  const isStopped = isProcessStopped(worker);
  const what = isStopped ? 'It was suspended (SIGSTOP)' : silent;
  const next = isReplaceable(worker)
    ? ', so its process is killed.'
    : `. Process ${worker.pid} still exists: kill it or resume it.`;
  return { reason: `${what}${next}`, entryError: isStopped ? null : hungError };
}
