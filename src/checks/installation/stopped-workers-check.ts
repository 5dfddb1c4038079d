// Checks for when no server runs whether workers embed the waiting entries. Counts only workers whose process is alive,
// whatever their rows say.
import type { Check, Found } from '../../core/check.ts';
import type { Config } from '../../core/config.ts';
import { readFrom } from '../../core/db/read-from.ts';
import { plural } from '../../core/format.ts';
import { prepareQueueCounts } from '../../embedding/repository.ts';
import { isProcessGone } from '../../workers/names.ts';
import { createWorkerRepository } from '../../workers/repository.ts';
import { isStalled, lostAfterMs, type WorkerRow } from '../../workers/state.ts';

export function stoppedWorkersCheck(config: Config): Check {
  return {
    id: 'stopped-workers',
    component: 'workers',
    title: 'workers',
    everySec: 60,
    look: () => (config.mode === 'noop' ? { says: 'Noop mode embeds nothing.', found: [] } : look(config)),
  };
}

function look({ opsDatabasePath, databasePath, workers }: Config) {
  const living = readFrom(opsDatabasePath, (ops) => createWorkerRepository(ops, () => new Date()).living());
  const queue = readFrom(databasePath, (library) => prepareQueueCounts(library)());
  const alive = (living ?? []).filter((worker) => worker.pid !== null && !isProcessGone(worker));
  const running = alive.filter((worker) => !isSilent(worker)).length;
  const says = describeRunning(running, workers);
  const waiting = queue?.pending.total ?? 0;
  const failed = queue?.failed.total ?? 0;
  const found = [
    waiting > 0 && running === 0 ? describeWaiting(waiting, says) : null,
    ...alive.map(describeTrouble),
    failed > 0 ? describeFailed(failed) : null,
  ];
  return { says, found: found.filter((one) => one !== null) };
}

function describeRunning(running: number, wanted: number): string {
  if (running > 0) return `${plural(running, 'worker')} running`;
  const command = 'npm run worker';
  if (wanted === 0)
    return `No worker is running, and the server starts none (CHL_WORKERS=0). Start one with ${command}.`;
  return `No worker is running, because the server is not. Start it with npm start, or a worker with ${command}.`;
}

function describeWaiting(waiting: number, text: string): Found {
  const title = `${plural(waiting, 'entry waits', 'entries wait')} for embedding`;
  return { subject: 'none', severity: 'warning', title, text, stops: ['embedding'] };
}

/** Null when the worker is well. */
function describeTrouble(worker: WorkerRow): Found | null {
  const { name: subject, pid, current_id, outage_error } = worker;
  const trouble = (state: string, text: string): Found => {
    const title = `${subject} is ${state}`;
    return { subject, severity: 'warning', title, text, stops: ['embedding'] };
  };
  if (isSilent(worker)) return trouble('lost', `Its process ${pid} sends no heartbeats.`);
  if (isStalled(worker, new Date())) return trouble('stalled', `It is still working on ${current_id}.`);
  return outage_error === null ? null : trouble('waiting', outage_error);
}

function isSilent({ lost_at, heartbeat_at }: WorkerRow): boolean {
  return lost_at !== null || Date.now() - Date.parse(heartbeat_at) > lostAfterMs;
}

function describeFailed(failed: number): Found {
  return {
    subject: 'failed',
    severity: 'warning',
    title: `${plural(failed, 'entry', 'entries')} could not be embedded`,
    text: 'The queue card shows why; retry with npm run chl -- retry-failed.',
    stops: [],
  };
}
