// The highest number that a job has had, as far as files and rows name jobs. A log or a backup must not be taken for that of a
// later job, so no number is given twice, whatever history is restored.
import fs from 'node:fs';
import path from 'node:path';
import { listSets } from '../backup-store/set-files.ts';
import type { Config } from '../core/config.ts';
import type { KeptRows } from './ops-repository.ts';

/** A longer number in the name of a file is none that jobs reach. */
const log = /^(\d{1,9})\.log(?:\.ix)?$/;
const set = /Z-(\d{1,9})$/;

/** 0 without any. */
export function findHighestNamed(config: Pick<Config, 'root' | 'backupPath'>, rows: KeptRows | null): number {
  const logs = path.join(config.root, 'logs');
  const named = [
    ...(fs.existsSync(logs) ? fs.readdirSync(logs) : []).map((name) => log.exec(name)?.[1]),
    ...listSets(config).map((id) => set.exec(id)?.[1]),
    ...(rows?.backup ?? []).flatMap(({ job, proof_job: proof }) => [job, proof]),
  ];
  return named.reduce<number>((highest, number) => Math.max(highest, Number(number ?? 0)), 0);
}
