// Stages the index of a backup as a snapshot: it is packed like a download and checked like an upload. The operation snapshot
// then installs it.
import { hashInThread } from '../backup-store/hash.ts';
import { findProblem } from '../backup-store/look-at-file.ts';
import type { Manifest } from '../backup-store/manifest.ts';
import { setFile, setFolder } from '../backup-store/set-files.ts';
import type { SetReader } from '../backup-store/set-reader.ts';
import type { Requester } from '../core/audit.ts';
import type { Config } from '../core/config.ts';
import { AppError, badInput } from '../core/errors.ts';
import { openFolder, type PackedFacts } from '../snapshots/download.ts';
import type { Staged } from '../snapshots/staging.ts';
import type { Upload } from '../snapshots/upload.ts';

type Given = {
  config: Config;
  setReader: Pick<SetReader, 'sameManifestOf'>;
  uploads: { open(by: Requester, announcedBytes: number): Upload };
};

/** The name that the snapshot gets, in place of a file name. */
export const stagedName = (id: string) => `index of backup ${id}`;

/** Throws `not_found`, `wrong_state` for the copy of a library, `bad_input` for a set without an index or with a damaged one,
 *  and the refusals of an upload. */
export async function stageIndex(
  { config, setReader, uploads }: Given,
  { id, by, signal }: { id: string; by: Requester; signal: AbortSignal },
): Promise<Staged> {
  const manifest = await setReader.sameManifestOf(id);
  const facts = factsOf(id, manifest);
  await assertWhole(config, id, manifest);
  const folder = setFile(config, id, 'index');
  const zip = openFolder(folder, facts, { withBackup: false, maxBytes: config.snapshotMaxBytes });
  const stream = await zip.stream();
  let upload: Upload | null = null;
  try {
    upload = uploads.open(by, zip.bytes);
    const staged = await upload.receive(stagedName(id), stream, signal);
    upload.close();
    return staged;
  } catch (error) {
    upload?.close(error);
    throw error;
  } finally {
    stream.destroy();
  }
}

function factsOf(id: string, { index, model, dimension, files, made_at }: Manifest): PackedFacts {
  const file = files.find(({ name }) => /^index\/unified_.+\.index$/.test(name));
  const meta = file?.name.replace(/\.index$/, '.meta.json');
  const isWhole = file && files.some(({ name }) => name === meta);
  if (!index || model === null || dimension === null || !isWhole) {
    const message = `The backup ${id} has no index. Rebuild the index from the library instead.`;
    throw badInput('backup_without_index', message);
  }
  const { generation, vectors } = index;
  const built_at = builtAt(generation) ?? made_at;
  return { generation, vectors, model, dimension, built_at, sha256: file.sha256 };
}

/** The time in the name of a generation, `gen-20261128020000123-417`. */
function builtAt(generation: string): string | null {
  const [, year, month, day, hour, minute, second, ms] =
    /^gen-(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d{3})-/.exec(generation) ?? [];
  return year === undefined ? null : `${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`;
}

async function assertWhole(config: Config, id: string, { files }: Manifest) {
  for (const { name, bytes, sha256 } of files.filter(({ name }) => name.startsWith('index/'))) {
    const file = setFile(config, id, name);
    const problem =
      (await findProblem(setFolder(config, id), { name, bytes })) ??
      ((await hashOrNull(file)) === sha256
        ? null
        : ' is not the file that its manifest describes: its SHA-256 differs.');
    if (problem === null) continue;
    const message = `${file}${problem} Use the index of another backup, or rebuild the index.`;
    throw new AppError('bad_input', message, { code: 'backup_damaged', file });
  }
}

async function hashOrNull(file: string): Promise<string | null> {
  try {
    return await hashInThread(file);
  } catch {
    return null;
  }
}
