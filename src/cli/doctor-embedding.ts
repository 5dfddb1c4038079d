// The doctor's checks of embedding: whether the embedder answers, and whether workers embed the waiting entries. Reads only.
import fs from 'node:fs';
import type { Config } from '../core/config.ts';
import { type Db, openDatabase, scriptBusyMs } from '../core/db/open.ts';
import { chooseEmbedder } from '../embedding/choose.ts';
import { modelOf } from '../embedding/model-change.ts';
import { prepareQueueCounts } from '../embedding/repository.ts';
import { findLockHolder } from '../runner/server-lock.ts';
import { plural } from '../core/format.ts';
import { isProcessGone } from '../workers/names.ts';
import { createWorkerRepository } from '../workers/repository.ts';
import { isStalled, lostAfterMs, type WorkerRow } from '../workers/state.ts';

type Found = { status: 'ok' | 'warning' | 'error'; text: string }[];

const serviceTimeoutMs = 5000;

/** Requests one vector from a service. Throws `temporary` when the service does not return it. */
export async function checkEmbedder(config: Config): Promise<Found> {
  const model = await chooseEmbedder(config, { timeoutMs: serviceTimeoutMs, retryMs: [] });
  const known = readFrom(config.databasePath, (library) => modelOf(library).name);
  const { dimension, isLexical } = await model.open();
  const kind = isLexical ? '; compares letters and words, not meaning' : '';
  const found: Found = [{ status: 'ok', text: `${model.label}, ${dimension} dimensions${kind}` }];
  if (known && known !== model.name) {
    const text = `The library is embedded with ${known}; the settings name ${model.name}. The server will queue all entries for embedding at its next start.`;
    found.push({ status: 'warning', text });
  }
  return found;
}

/** Counts only workers whose process is alive, whatever their rows say. */
export function checkWorkers({ root, mode, workers, opsDatabasePath, databasePath }: Config): Found {
  if (mode === 'noop') return [{ status: 'ok', text: 'Noop mode embeds nothing.' }];
  const living = readFrom(opsDatabasePath, (ops) => createWorkerRepository(ops, () => new Date()).living());
  const queue = readFrom(databasePath, (library) => prepareQueueCounts(library)());
  const alive = (living ?? []).filter((worker) => worker.pid !== null && !isProcessGone(worker));
  const lost = alive.filter(isSilent).length;
  const text = describeRunning(alive.length - lost, workers, findLockHolder(root) !== null);
  const waiting = queue?.pending.total ?? 0;
  const failed = queue?.failed.total ?? 0;
  const isHeldUp = waiting > 0 && alive.length === lost;
  const waitingText = isHeldUp ? `${plural(waiting, 'entry waits', 'entries wait')} for embedding. ` : '';
  return [
    { status: isHeldUp ? 'warning' : 'ok', text: waitingText + text },
    ...alive.flatMap((worker) => {
      const problem = describeProblem(worker);
      return problem === null ? [] : [{ status: 'warning' as const, text: `${worker.name} ${problem}` }];
    }),
    ...(failed === 0 ? [] : [{ status: 'warning' as const, text: describeFailed(failed) }]),
  ];
}

function describeRunning(running: number, wanted: number, hasServer: boolean): string {
  if (running > 0) return `${plural(running, 'worker')} running`;
  const command = 'npm run worker';
  if (wanted === 0)
    return `No worker is running, and the server starts none (CHL_WORKERS=0). Start one with ${command}.`;
  return hasServer
    ? `No worker is running, although CHL_WORKERS is ${wanted}. See the workers card.`
    : `No worker is running, because the server is not. Start it with npm start, or a worker with ${command}.`;
}

/** Null when the worker is well. */
function describeProblem(worker: WorkerRow): string | null {
  if (isSilent(worker)) return `is lost: its process ${worker.pid} sends no heartbeats.`;
  if (isStalled(worker, new Date())) return `is stalled: it is still working on ${worker.current_id}.`;
  return worker.outage_error === null ? null : `is waiting: ${worker.outage_error}`;
}

function isSilent({ lost_at, heartbeat_at }: WorkerRow): boolean {
  return lost_at !== null || Date.now() - Date.parse(heartbeat_at) > lostAfterMs;
}

function describeFailed(failed: number): string {
  return `${plural(failed, 'entry', 'entries')} could not be embedded. The queue card shows why; retry with npm run chl -- retry-failed.`;
}

/** Null when the file or a table is missing; the next start of the server creates it. */
function readFrom<T>(file: string, read: (db: Db) => T): T | null {
  if (!fs.existsSync(file)) return null;
  const db = openDatabase(file, { busyMs: scriptBusyMs, readonly: true });
  try {
    return read(db);
  } catch (error) {
    if (/^no such (table|column)/.test((error as Error).message)) return null;
    throw error;
  } finally {
    db.close();
  }
}
