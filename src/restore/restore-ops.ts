// Puts back ops.db from a backup while no server runs: its history would go back under running jobs. Tokens are those of now;
// sessions and maintenance windows end, and jobs that had not ended do not start again. The audit log goes on after the last row
// of the backup with a row that names the missing rows; the replaced file, which has those rows, stays beside. Webhooks get events
// from then on.
import fs from 'node:fs';
import { headFile, readHead, writeHead } from '../audit/head-file.ts';
import { readKnown } from '../backup-store/known.ts';
import { type Audit, createAudit, type Requester } from '../core/audit.ts';
import { createBus } from '../core/bus.ts';
import type { Config } from '../core/config.ts';
import { type Db, openDatabase, scriptBusyMs } from '../core/db/open.ts';
import { AppError } from '../core/errors.ts';
import { explain } from '../core/faults.ts';
import { createRedactor } from '../core/redaction.ts';
import { failureOf } from '../jobs/job.ts';
import { createJobRepository } from '../jobs/repository.ts';
import { createWebhookRepository } from '../webhook-store/webhook-repository.ts';
import { createWindowRepository } from '../window-store/window-repository.ts';
import { copyFromBackup } from './copy-from-backup.ts';
import { findHighestNamed } from './job-numbers.ts';
import {
  type AuditEnd,
  dropSessions,
  type KeptRows,
  putKept,
  readAuditEnd,
  readHighestJob,
  readHighestListed,
  readKept,
  skipJobNumbers,
} from './ops-repository.ts';
import { replaceDatabase } from './replace-database.ts';
import { outdatedBesideOps } from './unfinished.ts';

type Given = {
  config: Config;
  /** The id of a set. */
  backup: string;
  /** Takes the tokens of the backup when those of now cannot be read. */
  acceptsOldTokens: boolean;
  by: Requester;
  now: () => Date;
};

/** `kept`: the name of the replaced file; null when there was none. `lost`: the audit rows that only it has. */
export type RestoredOps = {
  backup: string;
  made_at: string;
  kept: string | null;
  last_row: number;
  lost: { from: number; to: number } | null;
  tokens: { count: number; of: 'now' | 'backup' };
  sessions: number;
  jobs_ended: number;
  windows_ended: number;
  deliveries_ended: number;
};

/** Expects that this process holds the data root. Throws `bad_input` for a backup that cannot be used, `config` when the present
 *  tokens cannot be read, and the refusals of `replaceDatabase`. */
export async function restoreOps(given: Given): Promise<RestoredOps> {
  const { config, backup, now } = given;
  const { opsDatabasePath: file, root } = config;
  const audited = headFile(root);
  const replacement = { root, command: 'restore-ops', now: now(), outdated: outdatedBesideOps(root) };
  const { head, ...restored } = await replaceDatabase(file, replacement, async ({ copy, kept }) => {
    const present = readPresent(given);
    const known = readable(() => readKnown(config, backup));
    const madeAt = await copyFromBackup(config, { backup, known }, 'ops.db', copy);
    return prepareCopy(given, { copy, madeAt, present, kept });
  });
  await writeHead(audited, { ...head, at: now().toISOString() });
  return restored;
}

/** `rows` go along from the present file; null when it cannot be read. `audit`: the last row of its log, and `jobs`: the highest
 *  number of a job, both as far as known. */
type Present = { rows: KeptRows | null; audit: AuditEnd | null; jobs: number };

function readPresent({ config, acceptsOldTokens }: Given): Present {
  const file = config.opsDatabasePath;
  const { head } = readHead(headFile(config.root));
  const found: Present = { rows: null, audit: head, jobs: 0 };
  try {
    if (!fs.existsSync(file)) throw new AppError('config', `${file} is missing`);
    const ops = openDatabase(file, { busyMs: scriptBusyMs });
    try {
      found.audit = readable(() => readAuditEnd(ops)) ?? head;
      found.jobs = Math.max(
        ...[readHighestJob, readHighestListed].map((read) => readable(() => read(ops)) ?? 0),
      );
      found.rows = readKept(ops);
    } finally {
      ops.close();
    }
  } catch (error) {
    if (!acceptsOldTokens) throw unreadable(error, file);
  }
  return { ...found, jobs: Math.max(found.jobs, findHighestNamed(config, found.rows)) };
}

function unreadable(error: unknown, file: string): AppError {
  const why = explain(error, file).replace(/\.$/, '');
  const message = `The present tokens cannot be read: ${why}. Nothing was changed. With --old-tokens, those of the backup count again, also ones that were revoked since: revoke them afterwards.`;
  return new AppError('config', message);
}

/** Null when the database is too damaged. */
function readable<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}

type Prepared = { copy: string; madeAt: string; present: Present; kept: string | null };

/** Changes the copy in one transaction. `head`: its last audit row. */
function prepareCopy(given: Given, { copy, madeAt, present, kept }: Prepared) {
  const ops = openDatabase(copy, { busyMs: scriptBusyMs });
  const audit = auditOf(given, ops);
  try {
    return ops
      .transaction(() => {
        const before = readAuditEnd(ops);
        const last = before?.id ?? 0;
        const end = present.audit;
        if (present.rows) putKept(ops, present.rows);
        skipJobNumbers(ops, present.jobs);
        const restored: RestoredOps = {
          backup: given.backup,
          made_at: madeAt,
          kept,
          last_row: last,
          lost: end && end.id > last ? { from: last + 1, to: end.id } : null,
          tokens: { count: readKept(ops).access_token.length, of: present.rows ? 'now' : 'backup' },
          sessions: dropSessions(ops),
          jobs_ended: endJobs(ops, given.now),
          windows_ended: endWindows(ops, given),
          deliveries_ended: endDeliveries(ops, given.now),
        };
        const detail = {
          ...restored,
          last_hash: before?.hash ?? null,
          lost_hash: end?.hash ?? null,
        };
        const target = `backup:${given.backup}`;
        audit.record({ event: 'ops.restored', outcome: 'ok', by: given.by, target, detail });
        createWebhookRepository(ops).skipAll();
        const head = readAuditEnd(ops);
        return { ...restored, head: { id: head?.id ?? 0, hash: head?.hash ?? '' } };
      })
      .immediate();
  } finally {
    audit.close();
    ops.close();
  }
}

function auditOf({ config, now }: Given, ops: Db): Audit {
  return createAudit(ops, now, createRedactor(config), createBus(), () => {});
}

/** Ends the jobs that waited or ran when the backup was made; returns how many. */
function endJobs(ops: Db, now: () => Date): number {
  const jobs = createJobRepository(ops, now);
  const active = jobs.active();
  const lost = failureOf(
    'lost',
    'It was running when this history was backed up; its end is not known here.',
  );
  const unwatched = () => {};
  for (const job of active) {
    if (job.status === 'running') jobs.finish(job, { status: 'failed', failure: lost }, unwatched);
    else jobs.cancelWaiting(job.id, unwatched);
  }
  return active.length;
}

/** Ends the maintenance windows that were open or planned when the backup was made; returns how many. A person may have ended them
 *  since. */
function endWindows(ops: Db, { by, now }: Given): number {
  const windows = createWindowRepository(ops);
  const open = windows.open();
  for (const { id } of open) windows.end(id, now().toISOString(), by.actor);
  return open.length;
}

/** Ends the deliveries that waited when the backup was made, since they have arrived or failed since; returns how many. */
function endDeliveries(ops: Db, now: () => Date): number {
  return createWebhookRepository(ops).endWaiting(now().toISOString());
}
