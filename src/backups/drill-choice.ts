// Chooses the backup of a restore test, and words what its job reports.
import fs from 'node:fs';
import type { Backup } from '../backup-store/backup.ts';
import { AppError, badInput } from '../core/errors.ts';
import { describeBackup } from '../backup-store/describe-backup.ts';
import { newestFirst } from '../backup-store/newest-first.ts';
import type { Verdict } from './drill.ts';

/** `proven`: the newest other one that is proven, which is offered when the test fails. */
type Choice = { backup: Backup; proven: Backup | null };

/** Without an id: the newest full one that is not proven, else the newest one; one that is dated later than now only where there
 *  is no other. Throws `bad_input`. */
export function chooseBackup(all: readonly Backup[], now: Date, id?: string): Choice {
  const full = newestFirst(
    all.filter(({ kind }) => kind === 'full'),
    now,
  );
  const backup = id === undefined ? chooseOf(full, now) : all.find((one) => one.id === id);
  if (!backup) throw noBackup(id);
  const proven = full.find((one) => one.proof === 'proven' && one.id !== backup.id) ?? null;
  return { backup, proven };
}

/** A test in vain of one that is dated later would keep all others from being tested. */
function chooseOf(full: readonly Backup[], now: Date): Backup | undefined {
  const past = full.filter(({ at }) => Date.parse(at) <= now.getTime());
  return past.find(({ proof }) => proof !== 'proven') ?? full[0];
}

function noBackup(id: string | undefined): AppError {
  if (id === undefined) return nothingToTest('There is no backup to test. Make one first.', 'Make a backup.');
  return nothingToTest(`The ${describeBackup(id)} is gone, or its files were not found yet.`);
}

function nothingToTest(message: string, next = 'Choose another one on the page Backups.'): AppError {
  const why = 'Its files are not in the folder of the backups. Nothing was written.';
  return badInput('no_backup', message, { name: 'No backup to test', why, next });
}

type Tested = Choice & { verdict: Verdict; place: string; ms: number };

/** The facts of a test, as its job keeps them: in its result, or in the details of its failure. */
export type DrillFacts = {
  backup: string;
  /** The hash of its manifest when it was tested. */
  sha256: string | null;
  proof: Verdict['proof'];
  text: string;
  steps: Verdict['steps'];
  bytes: number;
  /** How many of its files the test has read. */
  files: number;
  ms: number;
};

/** Throws `bad_input` with the code `drill_failed`, the file and the step, when the backup is not what it was. */
export function toResult({ backup, proven, verdict, place, ms }: Tested): DrillFacts {
  const { proof, text, steps, bytes, files, file, step } = verdict;
  const facts = { backup: backup.id, sha256: backup.sha256, proof, text, steps, bytes, files, ms };
  if (proof !== 'failed') return facts;
  if (!fs.existsSync(place))
    throw nothingToTest(`The ${describeBackup(backup.id)} was removed while it was tested.`);
  const message = `The ${describeBackup(backup.id)} is damaged. ${text} ${describeWayBack(proven)}`;
  throw new AppError('bad_input', message, {
    code: 'drill_failed',
    name: 'Test failed',
    why: 'A file of the backup is missing, or is not as it was written: its disk fails, or a program has changed it.',
    file,
    step,
    next: nextStep(proven),
    instead: proven && { backup: proven.id, at: proven.at },
    ...facts,
  });
}

function describeWayBack(proven: Backup | null): string {
  if (!proven) return 'No other backup is proven.';
  return `The ${describeBackup(proven.id)} is proven.`;
}

function nextStep(proven: Backup | null): string {
  if (!proven) return 'Check the disk of the backups, make a new backup, then test it.';
  return `If you must restore, take the ${describeBackup(proven.id)}. Check the disk of the backups, then make a new one.`;
}
