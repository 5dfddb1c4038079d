// The file audit.head: the number and the hash of a row that was in the audit log. It shows when the end of the log is missing.
import fs from 'node:fs';
import path from 'node:path';
import { explain } from '../core/faults.ts';
import { isObject } from '../core/json.ts';

export type Head = { id: number; hash: string; at: string };

/** `problem` is null for a missing file. */
export type ReadHead = { head: Head; problem: null } | { head: null; problem: string | null };

const maxBytes = 4096;
const { O_RDONLY, O_NONBLOCK, O_NOFOLLOW } = fs.constants;

export function headFile(root: string): string {
  return path.join(root, 'audit.head');
}

/** Never throws. `problem` is a sentence. */
export function readHead(file: string): ReadHead {
  try {
    return { head: parse(readPlain(file)), problem: null };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { head: null, problem: null };
    return {
      head: null,
      problem: error instanceof Unusable ? `${file} ${error.message}` : explain(error, file),
    };
  }
}

/** Durable when it resolves. Expects that `readHead` has no problem with the file. */
export async function writeHead(file: string, { id, hash, at }: Head) {
  const beside = `${file}.new`;
  await fs.promises.unlink(beside).catch(unlessMissing);
  const handle = await fs.promises.open(beside, 'wx', 0o600);
  try {
    await handle.writeFile(`${JSON.stringify({ id, hash, at })}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await fs.promises.rename(beside, file);
  const folder = await fs.promises.open(path.dirname(file), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function unlessMissing(error: NodeJS.ErrnoException) {
  if (error.code !== 'ENOENT') throw error;
}

class Unusable extends Error {}

function readPlain(file: string): string {
  if (fs.lstatSync(file).isSymbolicLink()) throw new Unusable('is a link, not a file.');
  // A pipe must not block the server.
  const fd = fs.openSync(file, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
  try {
    const stat = fs.fstatSync(fd);
    if (stat.isDirectory()) throw new Unusable('is a folder, not a file.');
    if (!stat.isFile()) throw new Unusable('is not a plain file.');
    if (stat.size > maxBytes) throw new Unusable('is not as the server writes it.');
    return fs.readFileSync(fd, 'utf8');
  } finally {
    fs.closeSync(fd);
  }
}

function parse(text: string): Head {
  let head: unknown = null;
  try {
    head = JSON.parse(text);
  } catch {}
  if (!isHead(head)) throw new Unusable('is not as the server writes it.');
  return head;
}

function isHead(value: unknown): value is Head {
  if (!isObject(value)) return false;
  const { id, hash, at } = value;
  return Number.isSafeInteger(id) && Number(id) >= 1 && isHash(hash) && isTime(at);
}

export function isHash(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}

/** A time as the server writes it. */
function isTime(value: unknown): boolean {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return !Number.isNaN(time) && new Date(time).toISOString() === value;
}
