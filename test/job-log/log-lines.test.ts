import path from 'node:path';
import t, { type Test } from 'tap';
import { openJobLog } from '../../src/job-log/log.ts';
import { openLogLines } from '../../src/job-log/log-lines.ts';
import { wantLevel, wantText } from '../../src/job-log/log-text.ts';
import { makeFolder } from '../support/folder.ts';

const start = Date.UTC(2026, 10, 22, 14);

/** Writes what `fill` returns, one second apart. */
function written(
  t: Test,
  capBytes: number,
  fill: (write: (text: string | Buffer, stream?: 'stderr') => void) => void,
) {
  const file = path.join(makeFolder(t), '1.log');
  let at = start;
  const log = openJobLog(file, capBytes, () => new Date(at));
  fill((text, stream) => {
    log.write(stream ?? 'stdout', Buffer.from(text));
    at += 1000;
  });
  log.close();
  const lines = openLogLines(file);
  if (!lines) throw new Error('nothing was written');
  t.teardown(lines.close);
  return lines;
}

const numbered = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, at) => `line ${from + at}\n`).join('');
type Page = Awaited<ReturnType<ReturnType<typeof written>['page']>>;
const texts = (lines: Page) => lines.map(({ number, text }) => `${number} ${text}`);

t.test('a page has the requested lines, with stream and time', async (t) => {
  const log = written(t, 1_000_000, (write) => {
    write('one\ntwo\n');
    write('three\n', 'stderr');
    write('four\nfi');
    write('ve');
  });
  t.equal(log.count(), 5);
  t.equal(log.gap(), null);
  const at = (second: number) => new Date(start + second * 1000).toISOString();
  const line = { folded: 0, isCut: false, isOpen: false, level: null };
  t.match(await log.page(1, 9), [
    { ...line, number: 1, text: 'one', stream: 'stdout', at: at(0) },
    { ...line, number: 2, text: 'two', stream: 'stdout', at: at(0) },
    { ...line, number: 3, text: 'three', stream: 'stderr', at: at(1) },
    { ...line, number: 4, text: 'four', stream: 'stdout', at: at(2) },
    { ...line, number: 5, text: 'five', isOpen: true, at: at(2) },
  ]);
  t.same(texts(await log.page(3, 2)), ['3 three', '4 four']);
  t.same(await log.page(6, 2), []);
  t.equal(openLogLines(path.join(makeFolder(t), 'none.log')), null);
});

t.test('frames that were written one by one are shown as the last one', async (t) => {
  const log = written(t, 10_000_000, (write) => {
    write('10%');
    write('\r20%');
    write('\r30%\n');
    write('Copy   0%');
    for (let at = 1; at < 5000; at++) write(`\b\b\b\b${String(at % 100).padStart(3)}%`);
    write('\b\b\b\b100%\n');
    write('windows\r\r\n');
  });
  t.match(await log.page(1, 9), [
    { number: 1, text: '30%', folded: 0 },
    { number: 2, text: 'Copy 100%', folded: 0 },
    { number: 3, text: 'windows', folded: 0 },
  ]);
  t.same((await log.search(wantText('Copy 100%'))).numbers, [2]);
});

t.test('every line of a long log is found by its number', async (t) => {
  const log = written(t, 10_000_000, (write) => {
    for (let at = 0; at < 40; at++)
      write(numbered(at * 2500 + 1, at * 2500 + 2500), at % 2 ? 'stderr' : undefined);
  });
  t.equal(log.count(), 100_000);
  for (const number of [1, 2, 2500, 2501, 49_999, 99_999, 100_000]) {
    t.same(texts(await log.page(number, 1)), [`${number} line ${number}`]);
  }
});

t.test('line numbers continue after the gap, which names what is missing', async (t) => {
  const log = written(t, 2000, (write) => {
    for (let at = 0; at < 50; at++) write(numbered(at * 100 + 1, at * 100 + 100));
  });
  t.equal(log.count(), 5000);
  const gap = log.gap();
  t.ok(gap && gap.bytes > 40_000);
  const { first, last } = gap ?? { first: 0, last: 0 };
  const head = await log.page(1, 5000);
  t.same(head[0]?.text, 'line 1');
  t.equal(head.at(-1)?.number, first, 'the head ends with a piece of a line');
  t.ok(head.at(-1)?.isOpen);
  const tail = await log.page(last + 1, 5000);
  t.equal(tail[0]?.number, last + 1);
  t.ok(tail[0]?.isCut);
  t.same(texts(tail.slice(1, 3)), [`${last + 2} line ${last + 2}`, `${last + 3} line ${last + 3}`]);
  t.equal(tail.at(-1)?.text, 'line 5000');
  t.equal((await log.page(first + 5, 1))[0]?.number, last + 1, 'a line of the gap leads behind it');
  t.same(texts(await log.page(4990, 1)), ['4990 line 4990']);
});

t.test('a search finds lines on both sides of the gap, ignoring case', async (t) => {
  const log = written(t, 2000, (write) => {
    write('Disk FULL here\n');
    for (let at = 0; at < 50; at++) write(numbered(at * 100 + 1, at * 100 + 100));
    write('\x1b[31mERROR\x1b[0m: disk full, größe 0\n', 'stderr');
  });
  t.same(await log.search(wantText('disk full')), { numbers: [1, 5002], isWhole: true });
  t.same((await log.search(wantText('error: disk'))).numbers, [5002], 'as it is shown');
  t.same((await log.search(wantText('GRößE 0'))).numbers, [5002]);
  t.same((await log.search(wantLevel('error'))).numbers, [5002]);
  t.match(await log.search(wantText('line'), 3), { numbers: [2, 3, 4], isWhole: false });
});

t.test('a line without end is folded, and the page stays small', async (t) => {
  const log = written(t, 20_000_000, (write) => {
    write('before\n');
    for (let at = 0; at < 100; at++) write('x'.repeat(60_000));
    write('\nafter\n');
  });
  const lines = await log.page(1, 10);
  t.same(
    lines.map(({ number, text, folded }) => [number, text.length, folded]),
    [
      [1, 6, 0],
      [2, 4096, 6_000_000 - 4096],
      [3, 5, 0],
    ],
  );
});

t.test('64 MiB open at any line in well under a second', async (t) => {
  const piece = Buffer.from(numbered(1, 5000));
  const pieces = Math.floor((64 * 1024 * 1024) / piece.length);
  const log = written(t, 128 * 1024 * 1024, (write) => {
    for (let at = 0; at < pieces; at++) write(piece);
  });
  t.ok(log.size > 66_000_000);
  t.equal(log.count(), pieces * 5000);
  const before = performance.now();
  t.equal((await log.page(pieces * 2500 + 7, 500)).length, 500);
  t.equal((await log.page(pieces * 5000 - 499, 500)).at(-1)?.number, pieces * 5000);
  t.comment(`two pages took ${(performance.now() - before).toFixed(1)} ms`);
  const searched = performance.now();
  t.equal((await log.search(wantText('nowhere'))).numbers.length, 0);
  t.comment(`a search took ${(performance.now() - searched).toFixed(0)} ms`);
});
