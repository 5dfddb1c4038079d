import fs from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import t from 'tap';
import { createRandom } from '../../scripts/random.ts';
import { receiveFile } from '../../src/core/receive-file.ts';
import { makeFolder } from '../support/folder.ts';

const file = path.join(makeFolder(t), 'upload.zip');
const mebibyte = 1024 * 1024;

type Options = { maxBytes?: number; signal?: AbortSignal; onBytes?: (received: number) => void };

function receive(body: Readable, options: Options = {}) {
  fs.rmSync(file, { force: true });
  const signal = new AbortController().signal;
  return receiveFile({
    file,
    name: 'x.zip',
    maxBytes: 8 * mebibyte,
    unchanged: '',
    body,
    signal,
    onBytes() {},
    ...options,
  });
}

/** Like a socket: in chunks of all sizes. */
function chunksOf(bytes: Buffer): Buffer[] {
  const random = createRandom(bytes.length);
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 1 + random(mebibyte / 2);
    chunks.push(bytes.subarray(at, end));
    at = end;
  }
  return chunks;
}

t.test('the file holds what arrived, byte for byte', async (t) => {
  const random = createRandom(1);
  for (const length of [0, 1, 256 * 1024, 5 * mebibyte + 1]) {
    const bytes = Buffer.alloc(length);
    for (let at = 0; at + 4 <= length; at += 4) bytes.writeInt32LE(random(2 ** 31), at);
    const counts: number[] = [];
    const body = Readable.from(chunksOf(bytes));
    t.equal(await receive(body, { onBytes: (received) => counts.push(received) }), length);
    t.ok(fs.readFileSync(file).equals(bytes), `${length} bytes`);
    t.equal(counts.at(-1) ?? 0, length);
    t.notOk(isOpenHere(file));
  }
});

t.test('an upload over the limit is refused before its excess is written', async (t) => {
  const body = Readable.from([Buffer.alloc(mebibyte), Buffer.alloc(1)]);
  await t.rejects(receive(body, { maxBytes: mebibyte }), {
    code: 'too_large',
    message: /The limit is 1 MiB/,
  });
  t.ok(fs.statSync(file).size <= mebibyte);
  t.ok(body.destroyed);
  t.notOk(isOpenHere(file));
});

t.test('an upload interrupted by its body or its signal is refused, and its file closed', async (t) => {
  const aborted = {
    code: 'bad_request',
    message: /x\.zip was interrupted after 1\.0 KiB/,
    details: { code: 'aborted' },
  };
  const halves = async function* () {
    yield Buffer.alloc(1024);
    throw new Error('the connection is gone');
  };
  await t.rejects(receive(Readable.from(halves())), aborted);
  t.notOk(isOpenHere(file));
  const gone = new AbortController();
  const endless = new Readable({ read() {} });
  endless.push(Buffer.alloc(1024));
  await t.rejects(receive(endless, { signal: gone.signal, onBytes: () => gone.abort() }), aborted);
  t.notOk(isOpenHere(file));
});

t.test('a file that cannot be created is an error of its own', async (t) => {
  fs.writeFileSync(file, 'another');
  const signal = new AbortController().signal;
  const given = { name: 'x.zip', maxBytes: 1, unchanged: '', body: Readable.from([]), signal, onBytes() {} };
  await t.rejects(receiveFile({ ...given, file }), { code: 'EEXIST' });
  t.equal(fs.readFileSync(file, 'utf8'), 'another');
});

/** False where the system cannot report it. */
function isOpenHere(file: string): boolean {
  const folder = '/proc/self/fd';
  if (!fs.existsSync(folder)) return false;
  const targets = fs.readdirSync(folder).map((fd) => {
    try {
      return fs.readlinkSync(path.join(folder, fd));
    } catch {
      return null; // The one of the look itself.
    }
  });
  return targets.includes(fs.realpathSync(file));
}
