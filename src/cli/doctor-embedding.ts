// What the doctor looks at of embedding: whether the embedder answers, and whether anybody embeds what waits. Reads only.
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

const answerMs = 5000;

/** A service is asked for one vector. Throws `temporary` when it does not give it. */
export async function checkEmbedder(config: Config): Promise<Found> {
  const model = chooseEmbedder(config, { timeoutMs: answerMs, retryMs: [] });
  const known = lookInto(config.databasePath, (library) => modelOf(library).name);
  const { dimension, isLexical } = await model.open();
  const kind = isLexical ? '; it compares letters and words, not meaning' : '';
  const found: Found = [{ status: 'ok', text: `${model.label}, ${dimension} numbers a vector${kind}` }];
  if (known && known !== model.name) {
    const text = `The library is embedded with ${known}, the settings name ${model.name}. At its next start the server lets all entries wait to be embedded anew.`;
    found.push({ status: 'warning', text });
  }
  return found;
}

/** With a server, as it tells of them; without one, by their processes. */
export function checkWorkers({ root, mode, workers, opsDatabasePath, databasePath }: Config): Found {
  if (mode === 'noop') return [{ status: 'ok', text: 'Noop mode embeds nothing.' }];
  const living = lookInto(opsDatabasePath, (ops) => createWorkerRepository(ops, () => new Date()).living());
  const queue = lookInto(databasePath, (library) => prepareQueueCounts(library)());
  const there = (living ?? []).filter((worker) => worker.pid !== null && !isProcessGone(worker));
  const troubles = there.flatMap((worker) => {
    const trouble = describeProblem(worker);
    return trouble === null ? [] : [{ worker, text: `${worker.name} ${trouble}` }];
  });
  const lost = troubles.filter(({ worker }) => isSilent(worker)).length;
  const text = describeRunning(there.length - lost, workers, findLockHolder(root) !== null);
  const waiting = queue?.pending.total ?? 0;
  const failed = queue?.failed.total ?? 0;
  const isHeldUp = waiting > 0 && there.length === lost;
  return [
    isHeldUp
      ? {
          status: 'warning',
          text: `${plural(waiting, 'entry waits', 'entries wait')} for embedding. ${text}`,
        }
      : { status: 'ok', text },
    ...troubles.map((trouble) => ({ status: 'warning' as const, text: trouble.text })),
    ...(failed === 0 ? [] : [{ status: 'warning' as const, text: describeFailed(failed) }]),
  ];
}

function describeRunning(running: number, wanted: number, hasServer: boolean): string {
  if (running > 0) return `${plural(running, 'worker')} at work or waiting for it`;
  const one = 'npm run worker';
  if (wanted === 0)
    return `No worker runs, and the server keeps none (CHL_WORKERS=0). Start one with ${one}.`;
  return hasServer
    ? `No worker runs, though the server is to keep ${wanted} (CHL_WORKERS). Look at the workers card.`
    : `No worker runs: the server, which keeps ${wanted} (CHL_WORKERS), does not. Start it, or one with ${one}.`;
}

/** Null when there is none. */
function describeProblem(worker: WorkerRow): string | null {
  if (isSilent(worker)) return `is lost: it sends no heartbeats any more. Its process is ${worker.pid}.`;
  if (isStalled(worker, new Date())) return `is stalled: it is busy with ${worker.current_id}.`;
  return worker.outage_error === null ? null : `waits: ${worker.outage_error}`;
}

function isSilent({ lost_at, heartbeat_at }: WorkerRow): boolean {
  return lost_at !== null || Date.now() - Date.parse(heartbeat_at) > lostAfterMs;
}

function describeFailed(failed: number): string {
  return `${plural(failed, 'entry', 'entries')} could not be embedded. The queue card says why; npm run chl -- retry-failed tries again.`;
}

/** Null where nothing was written yet, or only by an older version: the next start makes it. */
function lookInto<T>(file: string, look: (db: Db) => T): T | null {
  if (!fs.existsSync(file)) return null;
  const db = openDatabase(file, { busyMs: scriptBusyMs, readonly: true });
  try {
    return look(db);
  } catch (error) {
    if (/^no such (table|column)/.test((error as Error).message)) return null;
    throw error;
  } finally {
    db.close();
  }
}
