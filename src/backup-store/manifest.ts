// `manifest.json` of a backup: its contents, and the hash of each file.
import { hash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { AppError } from '../core/errors.ts';
import { explain } from '../core/faults.ts';
import { isObject, parseJson } from '../core/json.ts';

export const manifestName = 'manifest.json';
export const backupFormat = 'chl-backup-1';
const maxBytes = 1_048_576;

/** `name`: `library.db`, `ops.db`, `settings.json`, or a file below `index/`. `sha256`: hexadecimal. */
export type SetFile = { name: string; bytes: number; sha256: string };

export type Manifest = {
  format: typeof backupFormat;
  /** The version that made it. */
  version: string;
  made_at: string;
  /** The number of the job that made it. */
  job: number | null;
  note: string | null;
  /** The revision of the library. */
  revision: number;
  /** The model of the index; null without an index. */
  model: string | null;
  dimension: number | null;
  /** The rows of each table, counted in the copies. */
  counts: { library: Record<string, number>; ops: Record<string, number> };
  index: { generation: string; vectors: number } | null;
  /** The last row of the audit log in the copy. */
  audit_head: { id: number; hash: string } | null;
  files: SetFile[];
};

/** The text of the file. */
export function writeManifest(manifest: Manifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** Throws `bad_input` with a sentence that names the file, when it is missing or not as the server writes it. `sha256`: of the
 *  manifest that the backup was made with, if it is known. Blocks the thread: for scripts, and before a server listens. */
export function readManifest(folder: string, sha256: string | null = null): Manifest {
  const file = path.join(folder, manifestName);
  return parseManifest(file, readText(file), sha256);
}

/** Does the same off the event loop, and returns the hash that the file has now. */
export async function loadManifest(
  folder: string,
  sha256: string | null = null,
): Promise<{ manifest: Manifest; sha256: string }> {
  const file = path.join(folder, manifestName);
  const text = await loadText(file);
  return { manifest: parseManifest(file, text, sha256), sha256: hash('sha256', text) };
}

function parseManifest(file: string, text: string, sha256: string | null): Manifest {
  if (sha256 !== null && hash('sha256', text) !== sha256)
    throw damaged(file, 'is not the file that the backup was made with: its SHA-256 differs.');
  const value = parseJson(text);
  if (!isObject(value)) throw damaged(file, 'is not as it was written: it is no JSON object.');
  if (value.format !== backupFormat) {
    const found = JSON.stringify(value.format ?? null).slice(0, 60);
    throw damaged(file, `has the format ${found}; this version reads ${backupFormat}.`);
  }
  const wrong = members.find(([name, isRight]) => !isRight(value[name]));
  if (wrong)
    throw damaged(file, `is not as it was written: ${JSON.stringify(wrong[0])} is missing or wrong.`);
  return value as Manifest;
}

/** The bytes of the whole set. */
export function bytesOf(manifest: Manifest): number {
  const size = Buffer.byteLength(writeManifest(manifest));
  return manifest.files.reduce((sum, { bytes }) => sum + bytes, size);
}

function readText(file: string): string {
  try {
    assertReadable(file, fs.statSync(file));
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    throw asDamage(file, error);
  }
}

async function loadText(file: string): Promise<string> {
  try {
    assertReadable(file, await fs.promises.stat(file));
    return await fs.promises.readFile(file, 'utf8');
  } catch (error) {
    throw asDamage(file, error);
  }
}

/** Opening a pipe would wait for its writer. */
function assertReadable(file: string, stat: fs.Stats) {
  if (stat.isFile() && stat.size <= maxBytes) return;
  throw damaged(file, `is not as it was written: it ${stat.isFile() ? 'is too large' : 'is no file'}.`);
}

function asDamage(file: string, error: unknown): AppError {
  return error instanceof AppError ? error : damaged(file, explain(error, file).slice(file.length + 1));
}

function damaged(file: string, sentence: string): AppError {
  return new AppError('bad_input', `${file} ${sentence}`, { code: 'backup_damaged', file });
}

/** Nothing outside the set, and no other file in it. */
const fileName = /^(?:library\.db|ops\.db|settings\.json|index\/[a-z0-9_][a-z0-9_.-]*)$/;

const isText = (value: unknown) => typeof value === 'string';
const isCount = (value: unknown) => Number.isSafeInteger(value) && Number(value) >= 0;
const orNull = (isRight: (value: unknown) => boolean) => (value: unknown) => value === null || isRight(value);
const isTime = (value: unknown) => isText(value) && !Number.isNaN(Date.parse(String(value)));
const isHash = (value: unknown) => isText(value) && /^[0-9a-f]{64}$/.test(String(value));
const isCounts = (value: unknown) => isObject(value) && Object.values(value).every(isCount);

const members: [name: keyof Manifest, isRight: (value: unknown) => boolean][] = [
  ['version', isText],
  ['made_at', isTime],
  ['job', orNull(isCount)],
  ['note', orNull(isText)],
  ['revision', isCount],
  ['model', orNull(isText)],
  ['dimension', orNull(isCount)],
  ['counts', (value) => isObject(value) && isCounts(value.library) && isCounts(value.ops)],
  ['index', orNull((value) => isObject(value) && isText(value.generation) && isCount(value.vectors))],
  ['audit_head', orNull((value) => isObject(value) && isCount(value.id) && isHash(value.hash))],
  ['files', areFiles],
];

function areFiles(value: unknown): boolean {
  if (!Array.isArray(value)) return false;
  const names = new Set(value.map((file) => (isObject(file) ? file.name : null)));
  const areRight = value.every(
    (file) =>
      isObject(file) && fileName.test(String(file.name)) && isCount(file.bytes) && isHash(file.sha256),
  );
  return areRight && names.size === value.length && ['library.db', 'ops.db'].every((name) => names.has(name));
}
