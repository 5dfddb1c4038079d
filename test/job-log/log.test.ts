import fs from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import { jobLogFile, jobLogSize, openJobLog, readJobLog } from '../../src/job-log/log.ts';
import { makeFolder } from '../support/folder.ts';

const now = () => new Date('2026-08-01T10:00:00Z');
const everyByte = Buffer.from(Array.from({ length: 256 }, (_, at) => at));

function logFile(t: Test): string {
  return jobLogFile(makeFolder(t), 7);
}

/** Text that contains its own offsets: `00000,00006,00012,…` */
const ruler = (length: number) =>
  Buffer.from(
    Array.from({ length: Math.ceil(length / 6) }, (_, at) => `${String(at * 6).padStart(5, '0')},`).join(''),
  ).subarray(0, length);

t.test('a log is read back byte for byte, in any cut', async (t) => {
  const file = logFile(t);
  const log = openJobLog(file, 10_000, now);
  log.write('stdout', everyByte);
  log.write('stderr', Buffer.from('né\n'));
  log.write('stdout', Buffer.alloc(0));
  log.close();
  const whole = Buffer.concat([everyByte, Buffer.from('né\n')]);
  t.same(readJobLog(file, 0, 1000), { text: whole, offset: 0, missing: 0, next: 260, size: 260 });
  for (const limit of [1, 7, 255]) {
    const parts: Buffer[] = [];
    for (let at = 0; at < whole.length; ) {
      const part = readJobLog(file, at, limit);
      parts.push(part.text);
      at = part.next;
    }
    t.same(Buffer.concat(parts), whole, `by ${limit}`);
  }
});

t.test('only this user can read a log', async (t) => {
  const file = logFile(t);
  const log = openJobLog(file, 100, now);
  log.write('stdout', everyByte);
  log.close();
  t.equal(fs.statSync(file).mode & 0o777, 0o600);
  t.equal(fs.statSync(`${file}.ix`).mode & 0o777, 0o600);
  t.equal(fs.statSync(path.dirname(file)).mode & 0o777, 0o700);
});

t.test('a job without output has an empty log', async (t) => {
  const empty = { text: Buffer.alloc(0), offset: 0, missing: 0, next: 0, size: 0 };
  t.same(readJobLog(path.join(makeFolder(t), 'none.log'), 50, 100), empty);
  const file = logFile(t);
  openJobLog(file, 100, now).close();
  t.same(readJobLog(file, 0, 100), empty);
  t.notOk(fs.existsSync(file), 'and no file');
});

t.test('a capped log keeps its first and last half, at their offsets', async (t) => {
  const file = logFile(t);
  const log = openJobLog(file, 200, now);
  const text = ruler(1000);
  for (let at = 0; at < text.length; at += 37) log.write('stdout', text.subarray(at, at + 37));
  log.close();
  t.equal(fs.statSync(file).size, 200, 'the file is as large as the cap');
  t.equal(jobLogSize(file), 1000);
  const head = readJobLog(file, 0, 1000);
  t.same(
    head,
    { text: text.subarray(0, 100), offset: 0, missing: 0, next: 100, size: 1000 },
    'it stops at the gap',
  );
  const tail = readJobLog(file, head.next, 1000);
  t.same(tail, { text: text.subarray(900), offset: 900, missing: 800, next: 1000, size: 1000 });
  t.same(readJobLog(file, 500, 30), {
    text: text.subarray(900, 930),
    offset: 900,
    missing: 400,
    next: 930,
    size: 1000,
  });
  t.same(readJobLog(file, 950, 20).text, text.subarray(950, 970));
  t.same(readJobLog(file, 1000, 20), {
    text: Buffer.alloc(0),
    offset: 1000,
    missing: 0,
    next: 1000,
    size: 1000,
  });
  t.same(readJobLog(file, 4000, 20).offset, 1000, 'beyond the end is the end');
});

t.test('the kept halves and the gap are exact, whatever size and cut', async (t) => {
  const cap = 64;
  for (const size of [31, 32, 33, 63, 64, 65, 96, 97, 128, 200]) {
    for (const cut of [1, 5, 32, 64, 200]) {
      const file = jobLogFile(makeFolder(t), 1);
      const text = ruler(size);
      const log = openJobLog(file, cap, now);
      for (let at = 0; at < size; at += cut) log.write('stdout', text.subarray(at, at + cut));
      log.close();
      const ringStart = Math.max(32, size - 32);
      for (let offset = 0; offset <= size; offset++) {
        const { text: got, offset: at, missing, next } = readJobLog(file, offset, 11);
        const begin = offset >= 32 && offset < ringStart ? ringStart : offset;
        const isRight =
          at === begin &&
          missing === begin - offset &&
          got.equals(text.subarray(begin, next)) &&
          next <= begin + 11;
        const isFull = next === Math.min(size, begin + 11) || next === 32;
        if (!isRight || !isFull)
          return t.fail(`size ${size}, cut ${cut}, offset ${offset}: ${at} ${missing} ${next}`);
      }
    }
  }
  t.pass('all');
});

t.test('a second attempt appends, also after the gap', async (t) => {
  const file = logFile(t);
  const text = ruler(90);
  for (const [from, to] of [
    [0, 20],
    [20, 70],
    [70, 90],
  ]) {
    const log = openJobLog(file, 40, now);
    log.write('stdout', text.subarray(from, to));
    t.equal(log.size, to);
    log.close();
  }
  t.same(readJobLog(file, 0, 20).text, text.subarray(0, 20));
  t.same(readJobLog(file, 20, 90).text, text.subarray(70));
});

t.test('a log keeps its first cap, whatever the setting is later', async (t) => {
  const file = logFile(t);
  const text = ruler(90);
  const begun = openJobLog(file, 40, now);
  begun.write('stdout', text.subarray(0, 50));
  begun.close();
  const goesOn = openJobLog(file, 1_000_000, now);
  goesOn.write('stdout', text.subarray(50));
  goesOn.close();
  t.same(readJobLog(file, 0, 20).text, text.subarray(0, 20));
  t.same(readJobLog(file, 20, 90).text, text.subarray(70));
});

/** Offset, time and stream of each record of the file. */
function readRecords(file: string): number[][] {
  const index = fs.readFileSync(`${file}.ix`).subarray(32);
  return Array.from({ length: index.length / 24 }, (_, n) => {
    const record = index.subarray(n * 24, n * 24 + 24);
    return [record.readDoubleLE(0), record.readUIntLE(8, 6), record.readUInt8(14)];
  });
}

t.test('the index is capped like the log, also over two attempts', async (t) => {
  const file = logFile(t);
  const half = 32_768;
  const lines = 2 * half + 10;
  for (const [from, to] of [
    [0, half + 5],
    [half + 5, lines],
  ] as const) {
    const log = openJobLog(file, 1000, now);
    // The lines alternate between the streams.
    for (let line = from; line < to; line += 1) log.write(line % 2 ? 'stderr' : 'stdout', Buffer.from('x'));
    log.close();
  }
  const offsets = readRecords(file).map(([offset]) => offset);
  t.equal(offsets.length, 2 * half);
  t.same(
    offsets.slice(0, half),
    Array.from({ length: half }, (_, n) => n),
    'the first half stays',
  );
  t.same(
    offsets.slice(half, half + 10),
    Array.from({ length: 10 }, (_, n) => 2 * half + n),
    'the ring goes round',
  );
});

t.test('the index notes every change of stream, and the time at least every 250 ms or 64 KiB', async (t) => {
  const file = logFile(t);
  let at = 1_000_000;
  const log = openJobLog(file, 1_000_000, () => new Date(at));
  log.write('stdout', Buffer.from('one'));
  log.write('stdout', Buffer.from('same'));
  log.write('stderr', Buffer.from('other'));
  at += 250;
  log.write('stderr', Buffer.from('later'));
  log.write('stderr', Buffer.alloc(65_536));
  log.write('stderr', Buffer.from('far'));
  log.close();
  t.same(readRecords(file), [
    [0, 1_000_000, 1],
    [7, 1_000_000, 2],
    [12, 1_000_250, 2],
    [17 + 65_536, 1_000_250, 2],
  ]);
});

t.test('a full disk fails the write, and the log can still be read', async (t) => {
  const file = logFile(t);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.symlinkSync('/dev/full', file);
  const log = openJobLog(file, 100, now);
  t.throws(() => log.write('stdout', Buffer.from('x')), { code: 'ENOSPC' });
  log.close();
  t.equal(readJobLog(file, 0, 10).size, 0);
});
