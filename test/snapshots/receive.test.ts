import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import t from 'tap';
import { crc32 } from 'node:zlib';
import { createRandom } from '../../scripts/random.ts';
import { builtIn } from '../../src/embedding/built-in.ts';
import { checkSnapshot } from '../../src/snapshots/check.ts';
import { slotBytes, slots } from '../../src/snapshots/receive-protocol.ts';
import { guessIndexStart } from '../../src/snapshots/head.ts';
import { receiveZip } from '../../src/snapshots/receive.ts';
import { makeIndexed, toParts } from '../support/snapshots.ts';
import { buildZip } from '../support/zip.ts';

const root = t.testdir();
const { config, library, members } = await makeIndexed(root);
t.teardown(() => library.close());
const file = path.join(root, 'upload.zip');
const signal = new AbortController().signal;
const maxBytes = 64 * 1024 * 1024;

/** As a socket brings it: in pieces of all sizes. */
async function receive(zip: Buffer) {
  const random = createRandom(zip.length);
  const pieces: Buffer[] = [];
  for (let at = 0; at < zip.length; ) {
    const end = at + 1 + random(2 * slotBytes);
    pieces.push(zip.subarray(at, end));
    at = end;
  }
  fs.rmSync(file, { force: true });
  return receiveZip({ file, name: 'x', maxBytes, body: Readable.from(pieces), signal, onBytes() {} });
}

/** An index that passes through every slot more than once. */
function largeIndex(): Buffer {
  const [dimension, count] = [384, Math.ceil((2.5 * slots * slotBytes) / 4 / 384)];
  const index = Buffer.alloc(45 + dimension * count * 4);
  members.index.copy(index, 0, 0, 45);
  index.writeBigInt64LE(BigInt(count), 8);
  const random = createRandom(1);
  for (let at = 45; at < index.length; at += 4) index.writeInt32LE(random(2 ** 31), at);
  return index;
}

t.test('what comes lies in the file, and the index is hashed as it passes', async (t) => {
  for (const index of [members.index, largeIndex()]) {
    const zip = buildZip(toParts({ ...members, index }));
    const { bytes, head, passed } = await receive(zip);
    t.equal(bytes, zip.length);
    t.equal(head.length, guessIndexStart(zip));
    t.ok(Buffer.concat([head, fs.readFileSync(file)]).equals(zip), 'nothing is lost, nothing is twice');
    const sha256 = createHash('sha256').update(index).digest('hex');
    t.same(passed, { bytes: index.length, crc: crc32(index), sha256 });
  }
});

t.test('nothing is said of an index that is deflated, or cut off, or none', async (t) => {
  const zip = buildZip(toParts(members));
  const cut = zip.subarray(0, guessIndexStart(zip) + members.index.length - 1);
  for (const other of [
    buildZip(toParts(members, { method: 8 })),
    cut,
    Buffer.from('no zip'),
    Buffer.alloc(0),
  ]) {
    t.equal((await receive(other)).passed, null);
  }
});

t.test('an index that was hashed as it came is refused by what was found', async (t) => {
  const folder = path.join(config.indexFolder, 'staged-00000000');
  const zip = buildZip(toParts(members));
  const { head, passed } = await receive(zip);
  if (!passed) throw new Error('The index was not found.');
  const given = {
    zip: file,
    head: Buffer.from(head),
    folder,
    maxBytes,
    library,
    model: builtIn,
    onProgress() {},
  };
  const wrongCrc = { ...passed, crc: passed.crc ^ 1 };
  await t.rejects(checkSnapshot({ ...given, passed: wrongCrc }), { message: /its CRC-32 differs/ });
  const wrongHash = { ...passed, sha256: 'a'.repeat(64) };
  await t.rejects(checkSnapshot({ ...given, passed: wrongHash }), { message: /its SHA-256 differs/ });
  await receive(zip);
  t.ok(
    await checkSnapshot({ ...given, passed: { ...wrongHash, bytes: 45 } }),
    'of other bytes it is not believed',
  );
  await receive(zip);
  fs.rmSync(folder, { recursive: true });
  t.ok(await checkSnapshot({ ...given, passed }));
});

t.test('a thread that cannot start, or ends, is told as what it is, and leaves nothing open', async (t) => {
  const throwing = (code: string) => `require('node:worker_threads').parentPort.on('message', () => {
    throw Object.assign(new Error('no'), { code: '${code}' });
  });`;
  const folder = t.testdir({
    'silent.cjs': 'process.exit(0);',
    'broken.cjs': throwing('EIO'),
    'full.cjs': throwing('ENOSPC'),
  });
  const told = [
    ['http://localhost/', { code: 'ERR_INVALID_URL_SCHEME' }],
    ['none.cjs', { code: 'MODULE_NOT_FOUND' }],
    ['silent.cjs', { message: /ended with exit code 0/ }],
    ['broken.cjs', { code: 'EIO' }],
    ['full.cjs', { code: 'disk_full' }],
  ] as const;
  for (const [thread, error] of told) {
    for (const bytes of [1, 3 * slots * slotBytes]) {
      fs.rmSync(file, { force: true });
      const threadFile = new URL(thread, pathToFileURL(`${folder}/`));
      const body = Readable.from([Buffer.alloc(bytes)]);
      const receiving = receiveZip({ file, name: 'x', maxBytes, body, signal, onBytes() {}, threadFile });
      await t.rejects(receiving, error, `${thread}, ${bytes} bytes`);
      t.notOk(isOpenHere(file));
    }
  }
});

t.test(
  'a thread is never stopped while it loads, which would leave files open, but asked to end',
  async (t) => {
    const folder = t.testdir({
      'thread.cjs': `const { parentPort } = require('node:worker_threads');
      parentPort.once('message', () => require('node:fs').writeFileSync(__filename + '.ended', ''));`,
    });
    const threadFile = pathToFileURL(path.join(folder, 'thread.cjs'));
    fs.rmSync(file, { force: true });
    const gone = new AbortController();
    const body = Readable.from([Buffer.alloc(slotBytes), Buffer.alloc(1)]);
    const onBytes = (received: number) => received > slotBytes && gone.abort();
    const given = { file, name: 'x', maxBytes, body, signal: gone.signal, onBytes, threadFile };
    await t.rejects(receiveZip(given), { message: /broke off/ });
    t.ok(fs.existsSync(`${folder}/thread.cjs.ended`));
  },
);

/** False where the system does not tell. */
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
