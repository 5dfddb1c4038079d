// Looks after the workers while the server runs: takes back what the lost ones have claimed, ends those of them that the
// pool can replace, points out who stalls, ends a drain when its time has come. It waits for nobody; what cannot be written
// now is written at the next look.
import { type Audit, systemRequester } from '../core/audit.ts';
import type { Bus } from '../core/bus.ts';
import { isBusy, type UntilFree } from '../core/db/busy-retry.ts';
import type { EmbeddingQueue } from '../embedding/queue.ts';
import type { Log } from '../core/log.ts';
import { signal } from '../runner/processes.ts';
import { isProcessGone, isProcessStopped, isProcessThere } from './names.ts';
import type { WorkerRepository } from './repository.ts';
import { isQuiet, isStalled, lostAfterMs, type WorkerRow } from './state.ts';

const lookEveryMs = 1000;
/** Who has not looked for so long was stopped or asleep itself: then the silence of others proves nothing. */
const absentMs = 5000;
/** A worker by hand that is gone for good is shown as lost for so long. */
const rememberMs = 600_000;
/** After its deadline a drain waits for the batches in hand, to tell the true number. */
const settleMs = 15_000;

const endedWords = 'The worker process ended while it embedded this entry.';
const hungWords = 'The worker hung while it embedded this entry: it sent no heartbeats any more.';

/** `buried`: what is said of the entries it had in hand, since one of them may be to blame as far as anybody knows; null
 *  when none is. */
type Loss = { reason: string; buried: string | null };

export function createWorkerWatch(given: {
  repository: WorkerRepository;
  queue: Pick<EmbeddingQueue, 'release' | 'bury' | 'counts'>;
  audit: Audit;
  bus: Bus;
  log: Log;
  untilFree: UntilFree;
  now: () => Date;
  lookMs?: number;
  lostMs?: number;
}) {
  const { repository, queue, audit, bus, log, untilFree, now } = given;
  const { lookMs = lookEveryMs, lostMs = lostAfterMs } = given;
  /** By claimant: whose process ended, and how. Its row may be that of its successor before this is settled. */
  const ends = new Map<string, { worker: WorkerRow } & Loss>();
  let seen = '';
  let lookedAt = now().getTime();
  let timer: NodeJS.Timeout | null = null;
  let looking: Promise<void> | null = null;

  return {
    catchUp,
    /** Catches up, and looks every second. */
    async start() {
      await catchUp();
      timer ??= setInterval(() => void look(), lookMs);
    },
    runOnce,
    /** The pool saw the process of this worker end. */
    tellEnd(name: string, reason: string) {
      const worker = repository.find(name);
      if (worker && !worker.lost_at) ends.set(worker.claimant, { worker, reason, buried: endedWords });
      void look();
    },
    /** Safe twice. Settles when nothing is being written any more. */
    async stop() {
      if (timer) clearInterval(timer);
      timer = null;
      await looking?.catch(() => {});
    },
  };

  /** Settles what a former server has left of its workers, whose processes are gone, and looks once. */
  async function catchUp() {
    for (const worker of repository.living()) if (worker.owner === 'server') await settle(worker);
    await look();
  }

  /** One at a time: who comes while it looks gets that look. */
  function runOnce(): Promise<void> {
    looking ??= lookOnce().finally(() => {
      looking = null;
    });
    return looking;
  }

  async function look() {
    try {
      await runOnce();
    } catch (error) {
      if (!isBusy(error))
        log.error({ err: error }, 'the workers could not be looked after; tried again soon');
    }
  }

  /** What cannot be given back now is free when its lease has ended. */
  async function settle(worker: WorkerRow) {
    try {
      await queue.release(worker.claimant);
    } catch (error) {
      log.warn({ err: error, worker: worker.name }, 'the claims of a former worker end with their leases');
    }
    await untilFree(() => repository.end(worker));
  }

  async function lookOnce() {
    const wasAbsent = now().getTime() - lookedAt > absentMs;
    lookedAt = now().getTime();
    if (wasAbsent) return;
    for (const { worker } of [...ends.values()]) await lookAt(worker);
    for (const worker of repository.living()) await lookAt(worker);
    await lookAtDrain();
    const shown = JSON.stringify([
      repository.living().map(shownOf),
      repository.control(),
      repository.libraryLock(),
    ]);
    if (shown === seen) return;
    seen = shown;
    bus.emit('workers');
  }

  async function lookAt(worker: WorkerRow) {
    try {
      if (worker.lost_at) {
        endReplaceable(worker);
        return forget(worker);
      }
      const loss = findLoss(worker);
      if (loss) return await lose(worker, loss);
      const stalls = isStalled(worker, now());
      if (stalls !== (worker.stalled_at !== null)) repository.stall(worker, stalls);
    } catch (error) {
      if (!isBusy(error)) throw error;
      endBlocker(worker);
    }
  }

  /** Its claims first: when this is interrupted it is done again. */
  async function lose(worker: WorkerRow, { reason, buried }: Loss) {
    const returned =
      buried === null ? await queue.release(worker.claimant) : await queue.bury(worker.claimant, buried);
    repository.transaction(() => {
      repository.lose(worker, reason);
      record(worker, 'worker.lost', { reason, returned });
    });
    ends.delete(worker.claimant);
    log.warn({ event: 'worker.lost', worker: worker.name, pid: worker.pid, returned }, reason);
    endReplaceable(worker);
  }

  /** A process that hangs or is stopped would keep its place for ever; the pool starts another when it is gone. */
  function endReplaceable(worker: WorkerRow) {
    if (worker.pid !== null && isReplaceable(worker)) signal(worker.pid, 'SIGKILL');
  }

  /** Who was stopped in the middle of a write holds the database against everybody. */
  function endBlocker(worker: WorkerRow) {
    if (worker.pid === null || !findLoss(worker) || !isProcessStopped(worker)) return;
    signal(worker.pid, 'SIGKILL');
    const reason = 'It was stopped (SIGSTOP) while it wrote, so it was ended: nobody else could write.';
    ends.set(worker.claimant, { worker, reason, buried: null });
    log.error({ event: 'worker.ended', worker: worker.name, pid: worker.pid }, reason);
  }

  function record({ name, pid }: WorkerRow, event: string, detail: Record<string, unknown>) {
    const target = `worker:${name}`;
    audit.record({ event, outcome: 'failed', by: systemRequester, target, detail: { pid, ...detail } });
  }

  function findLoss(worker: WorkerRow): Loss | null {
    const told = ends.get(worker.claimant);
    if (told) return told;
    // Of its own workers the pool tells how they ended.
    if (worker.owner === 'hand' && isProcessGone(worker))
      return { reason: 'Its process is gone.', buried: endedWords };
    const isSilent = worker.pid !== null && now().getTime() - Date.parse(worker.heartbeat_at) > lostMs;
    return isSilent ? wordSilence(worker) : null;
  }

  /** The pool brings its own workers back; of the others the operator has had time to read. */
  function forget(worker: WorkerRow) {
    const isOld = now().getTime() - Date.parse(worker.lost_at ?? '') > rememberMs;
    if (isOld && worker.owner === 'hand' && isProcessGone(worker)) repository.end(worker);
  }

  /** First nobody may claim any more; the true number is known when nobody has anything in hand. */
  async function lookAtDrain() {
    const drain = repository.activeDrain();
    if (!drain) return;
    const waiting = (await queue.counts()).pending.total;
    const overMs = now().getTime() - Date.parse(drain.deadline_at);
    if (waiting > 0 && overMs < 0) return;
    repository.transaction(() => {
      if (repository.activeDrain()?.id !== drain.id || repository.control().paused_at) return;
      const paused_at = now().toISOString();
      repository.setControl({ paused_at, paused_by: drain.started_by, drain_id: drain.id });
    });
    const control = repository.control();
    const areAllQuiet = repository.living().every((worker) => isQuiet(worker, control));
    if (!areAllQuiet && overMs < settleMs) return;
    const left = (await queue.counts()).pending.total;
    repository.transaction(() => {
      const outcome = left === 0 ? 'drained' : 'timed_out';
      if (!repository.endDrain(drain.id, outcome, left)) return;
      audit.record({
        event: 'workers.drain_ended',
        outcome: 'ok',
        by: systemRequester,
        target: 'workers',
        detail: { outcome, left, drain: drain.id, forecast_left: drain.forecast_left },
      });
    });
  }
}

/** Only of a process that is proven to run and does not beat may what it has in hand be the cause. */
function wordSilence(worker: WorkerRow): Loss {
  const silent = 'It sends no heartbeats any more';
  if (!isProcessThere(worker)) return { reason: `${silent}.`, buried: null };
  const isStopped = isProcessStopped(worker);
  const what = isStopped ? 'It was stopped (SIGSTOP)' : silent;
  const next = isReplaceable(worker)
    ? ', so its process is ended.'
    : `. Process ${worker.pid} is still there: end it, or let it go on.`;
  return { reason: `${what}${next}`, buried: isStopped ? null : hungWords };
}

/** Started by the server's pool, and proven to be there. */
function isReplaceable(worker: WorkerRow): boolean {
  return worker.owner === 'server' && isProcessThere(worker);
}

/** Heartbeats and memory change all the time, and show nowhere. */
function shownOf({ heartbeat_at, rss_bytes, speed_per_min, p95_ms, ...shown }: WorkerRow) {
  return shown;
}
