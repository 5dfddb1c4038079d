// Checks that there is a backup to come back to: that one is made when it is due, that it was tested, and that it passed.
import fs from 'node:fs';
import path from 'node:path';
import type { Backup } from '../backup-store/backup.ts';
import type { Check, Found } from '../core/check.ts';
import type { Config } from '../core/config.ts';
import { explain } from '../core/faults.ts';
import { formatMinute, formatSpan, plural } from '../core/format.ts';
import { url } from '../core/url.ts';
import { describeBackup } from '../backup-store/describe-backup.ts';
import { newestFirst } from '../backup-store/newest-first.ts';
import { readStoredCron } from '../schedule-store/next-runs.ts';
import type { Schedule } from '../schedule-store/schedule.ts';
import type { ScheduleRepository } from '../schedule-store/schedule-repository.ts';
import { nearest } from './place.ts';
import type { Vanished } from './vanished-repository.ts';

export const backupsHead = { id: 'backups', component: 'backup', title: 'Backups' };

type Sources = {
  config: Pick<Config, 'backupPath' | 'databasePath' | 'checks'>;
  /** Compared with the files. */
  readBackups: () => Promise<Backup[]>;
  /** The full ones that are gone, deleted by nobody here; newest first. */
  vanished: () => Vanished[];
  /** The sets in the folder that the server does not use. */
  unused: () => { id: string; reason: string }[];
  schedules: Pick<ScheduleRepository, 'all'>;
  /** Whether the library has any row. */
  hasEntries: () => boolean;
  /** The time of the first start of the server; null before that. */
  firstStart: () => string | null;
  now: () => Date;
};

/** A new installation has so long to set up its backups. */
const newMs = 24 * 3_600_000;

export function backupsCheck(sources: Sources): Check {
  return {
    ...backupsHead,
    everySec: 60,
    dirtyOn: ['backups', 'schedules'],
    async look() {
      const unusable = await findUnusable(sources.config);
      const all = await sources.readBackups().catch((error) => {
        if (unusable === null) throw error;
        return null;
      });
      if (all === null)
        return {
          says: 'The folder of backups cannot be read',
          found: [unusable].filter((one) => one !== null),
        };
      const full = newestFirst(
        all.filter(({ kind }) => kind === 'full'),
        sources.now(),
      );
      const found = [
        unusable,
        findVanished(sources, full) ?? findNone(sources, full),
        findOverdue(sources, full[0] ?? null),
        findFailed(full),
        findUnused(sources),
        findUnproven(sources, full),
        await findSameDisk(sources.config, full),
      ];
      return { says: describe(full), found: found.filter((one) => one !== null) };
    },
  };
}

function describe(full: Backup[]): string {
  const [newest] = full;
  if (!newest) return 'No backup yet';
  const proven = full.find(({ proof }) => proof === 'proven');
  const proof = proven ? `last proven ${formatMinute(proven.proof_at ?? proven.at)}` : 'none is proven';
  return `${plural(full.length, 'set')}, newest ${formatMinute(newest.at)}; ${proof}`;
}

const fix = { href: url('/backups'), label: 'Open the backups' };

/** A schedule that is on will make the first one; its lateness is another finding. */
function findNone({ schedules, hasEntries, firstStart, now }: Sources, full: Backup[]): Found | null {
  if (full.length > 0 || schedules.all().some(makesBackups) || !hasEntries()) return null;
  const since = firstStart();
  const isNew = since === null || now().getTime() - Date.parse(since) < newMs;
  return {
    subject: 'none',
    severity: isNew ? 'info' : 'warning',
    title: 'Nothing is backed up',
    text: 'There is only the copy before each import. Switch on the nightly backup and the weekly test.',
    stops: [],
    fix,
  };
}

/** A backup that is made after it clears it. */
function findVanished({ vanished }: Sources, full: Backup[]): Found | null {
  const gone = vanished();
  const [newest] = gone;
  if (!newest) return null;
  const others = gone.length > 1 ? ` and ${plural(gone.length - 1, 'other')}` : '';
  return {
    subject: 'vanished',
    severity: full.length === 0 ? 'error' : 'warning',
    title: full.length === 0 ? 'No backup is left' : 'A backup is gone',
    text: `The ${describeBackup(newest.id)}${others}: nobody has deleted it here. Bring back what was removed from the folder of backups, or make a new backup.`,
    stops: [],
    since: newest.gone_at,
    fix,
  };
}

const makesBackups = ({ operation, is_on: isOn }: Schedule) => isOn && operation === 'backup';

/** Any full backup since the due time clears it, also one that a person has made. */
function findOverdue({ schedules, config, now }: Sources, newest: Backup | null): Found | null {
  const late = schedules
    .all()
    .filter(makesBackups)
    .flatMap(({ name, cron, zone, due_since: since }) => {
      const after = newest && newest.at > since ? newest.at : since;
      const due = readStoredCron(cron, zone)?.next(new Date(after));
      const isLate = due && now().getTime() - due.getTime() > config.checks.backupOverdueMs;
      return isLate ? [{ name, due: due.toISOString() }] : [];
    })[0];
  if (!late) return null;
  const newestText = newest ? `The newest is of ${formatMinute(newest.at)}.` : 'There is none yet.';
  return {
    subject: 'overdue',
    severity: 'error',
    title: 'The backup is overdue',
    text: `The schedule ${late.name} was due at ${formatMinute(late.due)}. ${newestText} Look at its last runs, then make a backup.`,
    stops: [],
    causedBy: ['schedules'],
    since: late.due,
    fix,
  };
}

/** Stays until a later backup is proven, or this one is tested again or removed. */
function findFailed(full: Backup[]): Found | null {
  const newestProven = full.find(({ proof }) => proof === 'proven');
  const failed = full.find(({ proof }) => proof === 'failed');
  if (!failed || (newestProven && newestProven.at > failed.at)) return null;
  const wayBack = newestProven
    ? `The ${describeBackup(newestProven.id)} is proven: restore from that one if you must.`
    : 'No other backup is proven.';
  return {
    subject: 'failed',
    severity: 'error',
    title: 'A backup failed its test',
    text: `The ${describeBackup(failed.id)}: ${failed.proof_text ?? ''} ${wayBack} Check the disk of the backups, then make a new one and test it.`,
    stops: [],
    ...(failed.proof_at ? { since: failed.proof_at } : {}),
    fix: { href: url(`/backups/${failed.id}`), label: 'Open the backup' },
  };
}

function findUnused({ unused }: Sources): Found | null {
  const [first] = unused();
  if (!first) return null;
  return {
    subject: 'unused',
    severity: 'warning',
    title: 'A backup in the folder is not used',
    text: `The ${describeBackup(first.id)}: ${first.reason} Bring back its files as they were, or move it away.`,
    stops: [],
    fix,
  };
}

/** The failed test of the newest one is a finding of its own. */
function findUnproven({ config, now }: Sources, full: Backup[]): Found | null {
  const [newest] = full;
  if (!newest || newest.proof === 'proven' || newest.proof === 'failed') return null;
  const proofs = full.flatMap(({ proof, proof_at: at }) => (proof === 'proven' && at ? [at] : [])).sort();
  const since = proofs.at(-1) ?? full.at(-1)?.at ?? newest.at;
  const { backupUnprovenMs: limitMs } = config.checks;
  if (now().getTime() - Date.parse(since) <= limitMs) return null;
  return {
    subject: 'unproven',
    severity: 'warning',
    title: `No backup was proven for ${formatSpan(limitMs)}`,
    text: 'Only a test shows that a backup can be restored. Test the newest one, or switch on the weekly test.',
    stops: [],
    since,
    fix,
  };
}

/** The first backup makes the folder, so that the one above it must be writable until then. */
async function findUnusable({ backupPath }: Sources['config']): Promise<Found | null> {
  try {
    await assertWritable(await nearest(backupPath));
    return null;
  } catch (error) {
    return {
      subject: 'folder',
      severity: 'error',
      title: 'Nothing can be backed up: the folder of backups cannot be written',
      text: explain(error, backupPath),
      stops: ['backups', 'imports'],
      causedBy: ['data-folder', 'data-folder-access'],
    };
  }
}

async function assertWritable(folder: string) {
  const isFolder = (await fs.promises.stat(folder)).isDirectory();
  if (isFolder) return fs.promises.access(folder, fs.constants.W_OK | fs.constants.X_OK);
  throw Object.assign(new Error('not a folder'), { code: 'ENOTDIR', path: folder });
}

/** It is so by default. */
async function findSameDisk(config: Sources['config'], full: Backup[]): Promise<Found | null> {
  if (full.length === 0) return null;
  const [ofBackups, ofData] = await Promise.all(
    [config.backupPath, path.dirname(config.databasePath)].map(readDevice),
  );
  if (ofBackups === null || ofBackups !== ofData) return null;
  return {
    subject: 'same-disk',
    severity: 'info',
    title: 'The backups are on the disk of the data',
    text: 'They do not survive that disk. Set CHL_BACKUP_PATH to a folder on another one.',
    stops: [],
    fix,
  };
}

async function readDevice(folder: string): Promise<number | null> {
  return fs.promises.stat(folder).then(
    ({ dev }) => dev,
    () => null,
  );
}
