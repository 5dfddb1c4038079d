// Reads parts of backups for pages and programs. The folder of backups may be on a network disk that does not answer: each read of
// it holds one of the few threads that all files of the process share, so one read waits for the other, and no page for long.
import { hash } from 'node:crypto';
import fs from 'node:fs';
import type { Config } from '../core/config.ts';
import { AppError } from '../core/errors.ts';
import { nameFile } from '../core/faults.ts';
import { inTime } from '../core/in-time.ts';
import type { BackupRepository } from './backup-repository.ts';
import { findProblem } from './look-at-file.ts';
import { loadManifest, type Manifest } from './manifest.ts';
import { setFile, setFolder } from './set-files.ts';

type Place = Pick<Config, 'backupPath'>;
type Given = { config: Place; backups: Pick<BackupRepository, 'find'> };

export type SetReader = ReturnType<typeof createSetReader>;

export const answerMaxMs = 2000;
const maxSettingsBytes = 1_048_576;

export function createSetReader({ config, backups }: Given) {
  const inTurn = createTurns(config, answerMaxMs);
  const load = async (id: string, sha256: string | null) =>
    (await loadManifest(setFolder(config, id), sha256)).manifest;
  /** Throws `bad_input` for a manifest that is not the one that the backup was made with. */
  const loadSame = (id: string) => load(id, backups.find(id)?.sha256 ?? null);

  return {
    inTurn,
    /** Reads the file as it is now. Throws `bad_input`, and `temporary` when the disk does not answer; so do all here. */
    manifestOf: (id: string): Promise<Manifest> => inTurn(() => load(id, null)),
    /** The one that the backup was made with. Throws `not_found`, and `wrong_state` for a copy of the library alone. */
    sameManifestOf: (id: string): Promise<Manifest> =>
      inTurn(async () => {
        if (await isSet(config, id)) return loadSame(id);
        const message = `The backup ${id} is a copy of the library alone. Take the index of another backup, or rebuild it.`;
        throw new AppError('wrong_state', message);
      }),
    /** The text of `settings.json`, which the import of settings shows before it saves them. Throws `not_found`, too. */
    settingsOf: (id: string): Promise<string> => inTurn(() => readSettings(config, id, loadSame)),
  };
}

/** The function calls `read` once the earlier reads have ended. Throws `temporary` after `maxMs`. */
export function createTurns({ backupPath }: Place, maxMs: number) {
  let last: Promise<unknown> = Promise.resolve();
  return async <T>(read: () => Promise<T>): Promise<T> => {
    let isWanted = true;
    const turn = last.then(async () => (isWanted ? { value: await read() } : null));
    last = turn.catch(() => {});
    const answer = await inTime(turn, maxMs);
    isWanted = false;
    if (answer) return answer.value;
    throw noAnswer({ backupPath });
  };
}

export function noAnswer({ backupPath }: Place): AppError {
  const message = `The folder of backups, ${backupPath}, does not answer. Look at its disk, then try again.`;
  return new AppError('temporary', message);
}

async function readSettings(config: Place, id: string, load: (id: string) => Promise<Manifest>) {
  const files = (await isSet(config, id)) ? (await load(id)).files : [];
  const listed = files.find(({ name }) => name === 'settings.json');
  if (!listed) throw new AppError('not_found', `The backup ${id} has no settings.`);
  const file = setFile(config, id, listed.name);
  const problem =
    listed.bytes > maxSettingsBytes ? ' is too large.' : await findProblem(setFolder(config, id), listed);
  if (problem !== null) throw damaged(file, problem);
  const text = await fs.promises.readFile(file, 'utf8').catch((error) => {
    throw nameFile(error, file);
  });
  if (hash('sha256', text) === listed.sha256) return text;
  throw damaged(file, ' is not the file that its manifest describes: its SHA-256 differs.');
}

/** False for the copy of a library. Throws `not_found` for neither. */
async function isSet(config: Place, id: string): Promise<boolean> {
  const stat = await fs.promises.stat(setFolder(config, id)).catch(() => null);
  if (!stat) throw new AppError('not_found', `There is no backup ${id}.`);
  return stat.isDirectory();
}

function damaged(file: string, problem: string): AppError {
  return new AppError('bad_input', `${file}${problem}`, { code: 'backup_damaged', file });
}
