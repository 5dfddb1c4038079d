// Compares rows of backups with the files, which are the truth. Cheap, because no large file is read, so it is awaited before each
// decision that deletes or trusts a backup.
import { hash } from 'node:crypto';
import fs from 'node:fs';
import type { Config } from '../core/config.ts';
import { parseJson } from '../core/json.ts';
import type { Backup } from './backup.ts';
import { findProblem, look, lookAtFile, whyUnreadable } from './look-at-file.ts';
import { type Manifest, manifestName } from './manifest.ts';
import { setFile, setFolder } from './set-files.ts';

const maxManifestBytes = 1_048_576;

type Place = Pick<Config, 'backupPath'>;

/** `there`: in the given order, with what is wrong as a failed proof. `damaged`: those of them whose row says nothing of it. */
type Compared = { there: Backup[]; damaged: Backup[]; gone: Backup[] };

export async function asFilesSay(place: Place, rows: readonly Backup[], now: Date): Promise<Compared> {
  const compared: Compared = { there: [], damaged: [], gone: [] };
  for (const row of rows) {
    const defect = row.proof === 'failed' ? null : await findDefect(place, row);
    // Asked last: a set that somebody removes lacks its files before it is gone.
    const isThere = (await look(setFolder(place, row.id))) !== null;
    const found = isThere && defect !== null ? fail(row, defect, now) : row;
    compared[isThere ? 'there' : 'gone'].push(found);
    if (found !== row) compared.damaged.push(found);
  }
  return compared;
}

/** A sentence that names the first file that is missing or no file, cannot be read, has another size or, as the manifest, another
 *  hash; null without one. */
export async function findDefect(place: Place, { id, kind, bytes, sha256 }: Backup): Promise<string | null> {
  const copy = { name: id, bytes };
  if (kind === 'before_import') return asSentence(id, await findProblem(place.backupPath, copy));
  if (sha256 === null) return null;
  const folder = setFolder(place, id);
  const stat = await lookAtFile(folder, manifestName);
  if (typeof stat === 'string') return manifestName + stat;
  if (stat.size > maxManifestBytes) return `${manifestName} is too large.`;
  const read = await readText(setFile(place, id, manifestName));
  if ('problem' in read) return manifestName + read.problem;
  const { text } = read;
  if (hash('sha256', text) !== sha256) return `${manifestName} was changed since the backup was made.`;
  for (const file of (parseJson(text) as Manifest).files) {
    const problem = await findProblem(folder, file);
    if (problem !== null) return file.name + problem;
  }
  return null;
}

async function readText(file: string): Promise<{ text: string } | { problem: string }> {
  try {
    return { text: await fs.promises.readFile(file, 'utf8') };
  } catch (error) {
    return { problem: whyUnreadable(error, file) };
  }
}

const asSentence = (name: string, problem: string | null) => (problem === null ? null : name + problem);

/** Whether a look has failed it, and no test since. */
export const isSeenDamaged = ({
  proof,
  proof_steps: steps,
}: Pick<Backup, 'proof' | 'proof_steps'>): boolean =>
  proof === 'failed' && steps.length === 1 && steps[0]?.ms === null;

/** The job that tested it last stays, so that what that test has found is not recorded again. */
function fail(row: Backup, text: string, now: Date): Backup {
  const step = { name: 'Files are what the manifest says', text, outcome: 'failed', ms: null } as const;
  return { ...row, proof: 'failed', proof_at: now.toISOString(), proof_text: text, proof_steps: [step] };
}
