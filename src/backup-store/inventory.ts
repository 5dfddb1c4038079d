// Keeps the rows of backups true to the files in their folder, which are the truth: adds those that have come, marks those that
// have gone. Looks at the start, before the end of each job is reported, and once an hour.
import fs from 'node:fs';
import { systemRequester } from '../core/audit.ts';
import { coalesceNext } from '../core/coalesce.ts';
import { AppError } from '../core/errors.ts';
import { explain } from '../core/faults.ts';
import type { Kernel } from '../core/kernel.ts';
import { createLoop } from '../core/loop.ts';
import { asFilesSay } from './as-files-say.ts';
import type { Backup } from './backup.ts';
import type { BackupJobs } from './backup-jobs-repository.ts';
import type { BackupRepository } from './backup-repository.ts';
import {
  assertIntact,
  assertSame,
  describeCopy,
  describeSet,
  type FoundSet,
  isVouchedFor,
} from './found-backup.ts';
import { noteBackup } from './note-backup.ts';
import { listBackups, setFile } from './set-files.ts';

const hourMs = 3_600_000;

type Given = Pick<Kernel, 'audit' | 'bus' | 'config' | 'log' | 'now' | 'untilFree'> & {
  backups: BackupRepository;
  jobs: BackupJobs;
};

export function createInventory(given: Given) {
  const { backups, bus, config, log } = given;
  const rows = createRows(given);
  const refused = createRefusals(given);
  const adopt = createAdoption(given, rows, refused);
  let lookedAt: bigint | null = null;
  const countRows = () => JSON.stringify(backups.totals());
  let announced = '';
  const folderChangedAt = coalesceNext(() => changedAt(config.backupPath));
  /** Returns the sets that nothing vouches for. */
  const record = coalesceNext(async (): Promise<FoundSet[]> => {
    const before = await changedAt(config.backupPath);
    const { known, strangers } = await compare(given, await listBackups(config), refused);
    if (await rows.record(known)) announced = countRows();
    lookedAt = before;
    return strangers;
  });
  const loop = createLoop({
    everyMs: hourMs,
    runOnce: look,
    onError: (error) =>
      log.error({ err: error }, 'the folder of backups could not be read; tried again soon'),
  });

  return {
    /** The first look may hash what has come meanwhile, so nothing waits for it. */
    start: () => void loop.start(),
    stop: loop.stop,
    runOnce: loop.runOnce,

    /** Records what the job that ends now has made or removed. Sets of others are hashed later. */
    async catchUp() {
      if ((await folderChangedAt()) !== lookedAt) await refresh();
      // Its script may have recorded a removal itself.
      if (countRows() !== announced) bus.emit('backups');
      announced = countRows();
    },

    /** Makes the rows true before something is decided by them. Sets of others are hashed later. */
    refresh,
    /** The sets in the folder that are not used, by name, with the reason. */
    unused: refused.reasons,
  };

  async function refresh() {
    const strangers = await record();
    if (strangers.some(({ row }) => !refused.has(row.id))) void loop.runNow();
  }

  async function look(isStopped: () => boolean) {
    const strangers = await record();
    for (const found of strangers) if (!isStopped()) await adopt(found, isStopped);
  }
}

type Listed = Awaited<ReturnType<typeof listBackups>>;

/** `damaged`: with what is wrong as a failed proof. */
type Changes = { come: Backup[]; gone: Backup[]; damaged: Backup[] };

async function compare(given: Given, { sets, copies }: Listed, refused: Refusals) {
  const { backups, config, jobs, now } = given;
  refused.keepOnly(sets);
  const { there, gone, damaged } = await asFilesSay(config, backups.all(), now());
  const present = new Set([...there, ...gone].map(({ id }) => id));
  const isNew = (id: string) => !present.has(id);
  const newCopies = await oneByOne(copies.filter(isNew), (id) => describeCopy(config, jobs, id));
  const found = await oneByOne(sets.filter(isNew), (id) =>
    describeSet(config, jobs, id).catch((error: unknown) => {
      refused.add(id, null, explain(error));
      return null;
    }),
  );
  // Nobody knows what has happened meanwhile to a backup that was away.
  const ours = found.filter((one) => !backups.find(one.row.id) && isVouchedFor(one, jobs));
  const known: Changes = { come: [...newCopies, ...ours.map(({ row }) => row)], gone, damaged };
  return { known, strangers: found.filter((one) => !ours.includes(one)) };
}

/** Each read of a disk that does not answer holds one of the few threads that all files share. */
async function oneByOne<T>(ids: string[], describe: (id: string) => Promise<T | null>): Promise<T[]> {
  const described: T[] = [];
  for (const id of ids) {
    const one = await describe(id);
    if (one !== null) described.push(one);
  }
  return described;
}

/** Writes rows, with an audit row for each set that nobody has asked to come or go. */
function createRows({ audit, backups, bus, now, untilFree }: Given) {
  return {
    /** Returns whether there was a change, which is then announced. */
    async record({ come, gone, damaged }: Changes): Promise<boolean> {
      if (come.length + gone.length + damaged.length === 0) return false;
      await write(() => {
        for (const one of damaged) fail(one);
        for (const one of come) backups.add(withProof(one, backups.find(one.id)));
        for (const one of gone) {
          if (backups.markGone(one.id, now().toISOString()) && one.kind !== 'before_import')
            noteBackup(audit, 'backup.gone', one);
        }
      });
      return true;
    },

    adopt: (one: Backup) =>
      write(() => {
        backups.add(withProof(one, backups.find(one.id)));
        noteBackup(audit, 'backup.adopted', one);
      }),
  };

  function fail(one: Backup) {
    const { id, proof, proof_text: text } = one;
    const before = backups.find(id)?.proof;
    backups.prove(id, one);
    audit.record({
      event: 'backup.tested',
      outcome: 'failed',
      by: systemRequester,
      target: `backup:${id}`,
      detail: { text, before: { proof: before }, after: { proof } },
    });
  }

  async function write(work: () => void) {
    await untilFree(() => backups.transaction(work));
    bus.emit('backups');
  }
}

/** A set that comes back with the same manifest has been tested already. */
function withProof(found: Backup, before: Backup | null): Backup {
  if (before === null || before.sha256 === null || before.sha256 !== found.sha256) return found;
  const { proof, proof_job, proof_at, proof_text, proof_steps, note } = before;
  return { ...found, proof, proof_job, proof_at, proof_text, proof_steps, note };
}

/** Takes a set over once its hashes agree; one whose hashes do not is looked at again when one of its files
 *  has changed. */
function createAdoption({ backups, config }: Given, rows: ReturnType<typeof createRows>, refused: Refusals) {
  return async (found: FoundSet, isStopped: () => boolean) => {
    const { id } = found.row;
    const state = await readState(config, found);
    if (refused.stateOf(id) === state) return;
    try {
      assertSame(found, backups.find(id));
      await assertIntact(config, found, isStopped);
      await rows.adopt(found.row);
      refused.remove(id);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'bad_input') throw error;
      refused.add(id, state, error.message);
    }
  };
}

/** Changes with each file of a set. */
async function readState(
  config: Given['config'],
  { row: { id, sha256 }, manifest }: FoundSet,
): Promise<string> {
  const changes = manifest.files.map(({ name }) => changedAt(setFile(config, id, name)));
  return [sha256, ...(await Promise.all(changes))].join(' ');
}

type Refusals = ReturnType<typeof createRefusals>;

/** The sets in the folder that are not used. `state`: of the files of a set at the look. */
function createRefusals({ log }: Pick<Given, 'log'>) {
  const refused = new Map<string, { state: string | null; reason: string }>();
  return {
    has: (id: string) => refused.has(id),
    stateOf: (id: string) => refused.get(id)?.state,
    reasons: () => [...refused].map(([id, { reason }]) => ({ id, reason })),
    remove: (id: string) => void refused.delete(id),

    add(id: string, state: string | null, reason: string) {
      if (refused.get(id)?.reason !== reason) log.warn({ backup: id }, `a backup is not used: ${reason}`);
      refused.set(id, { state, reason });
    },

    /** Forgets those that are not in the folder any more. */
    keepOnly(ids: string[]) {
      for (const id of refused.keys()) if (!ids.includes(id)) refused.delete(id);
    },
  };
}

/** The time of the last change of a file, also of its permissions, or of the entries of a folder; null without it. A copy of a file
 *  may have the time of its last write. */
async function changedAt(place: string): Promise<bigint | null> {
  const stat = await fs.promises.stat(place, { bigint: true }).catch(() => null);
  return stat?.ctimeNs ?? null;
}
