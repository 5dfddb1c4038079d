import t from 'tap';
import { createLineReader, createTail, lastLineOf } from '../../src/runner/lines.ts';

/** The lines of a reader that gets the bytes in pieces of `cut`. */
function read(bytes: Buffer | string, { cut = 1e9, maxBytes = 100 } = {}) {
  const lines: string[] = [];
  let bad = 0;
  const reader = createLineReader(
    maxBytes,
    (line) => lines.push(line),
    () => bad++,
  );
  const all = Buffer.from(bytes);
  for (let at = 0; at < all.length; at += cut) reader.add(all.subarray(at, at + cut));
  reader.end();
  return { lines, bad };
}

t.test('lines are whole, however the stream is cut', async (t) => {
  const text = 'one\n\nthrée\n👍 four\nlast';
  for (const cut of [1, 2, 3, 5, 1000]) {
    t.same(
      read(text, { cut }),
      { lines: ['one', '', 'thrée', '👍 four', 'last'], bad: 0 },
      `pieces of ${cut}`,
    );
  }
});

t.test('a last line without a line end is read, and an empty rest is not a line', async (t) => {
  t.same(read('a\nb').lines, ['a', 'b']);
  t.same(read('a\n').lines, ['a']);
  t.same(read('').lines, []);
});

t.test('a line that is too long is dropped and reported once; the next one is read', async (t) => {
  for (const cut of [1, 7, 1000]) {
    const long = 'x'.repeat(101);
    t.same(
      read(`before\n${long}\nafter\n`, { cut }),
      { lines: ['before', 'after'], bad: 1 },
      `pieces of ${cut}`,
    );
    t.same(read(`${long}${long}${long}\n${long}`, { cut }), { lines: [], bad: 2 }, `pieces of ${cut}`);
  }
});

t.test('the limit is exact, however the stream is cut', async (t) => {
  for (const cut of [1, 99, 100, 101, 1000]) {
    t.same(read(`${'x'.repeat(100)}\n`, { cut }), { lines: ['x'.repeat(100)], bad: 0 }, `pieces of ${cut}`);
    t.same(read(`${'x'.repeat(101)}\n`, { cut }), { lines: [], bad: 1 }, `pieces of ${cut}`);
  }
});

t.test('a line that is not UTF-8 is reported and not repaired', async (t) => {
  const bytes = Buffer.concat([
    Buffer.from('good\n'),
    Buffer.from([0x22, 0xff, 0xfe, 0x22, 10]),
    Buffer.from('good\n'),
  ]);
  for (const cut of [1, 1000]) t.same(read(bytes, { cut }), { lines: ['good', 'good'], bad: 1 });
  t.same(
    read(Buffer.from([0xf0, 0x9f, 0x91])),
    { lines: [], bad: 1 },
    'a character that was cut off at the end',
  );
});

t.test('a tail keeps the last bytes without a cut character at the beginning', async (t) => {
  const tail = createTail(10);
  t.equal(tail.text(), '');
  tail.add(Buffer.from('abc'));
  t.equal(tail.text(), 'abc');
  for (const part of ['defghij', 'klm']) tail.add(Buffer.from(part));
  t.equal(tail.text(), 'defghijklm');
  tail.add(Buffer.from('👍👍👍'));
  t.equal(tail.text(), '👍👍');
  tail.add(Buffer.from('x'.repeat(1000)));
  t.equal(tail.text(), 'x'.repeat(10));
});

t.test('a tail has the last frame of a progress bar', async (t) => {
  const tail = createTail(1000);
  for (const part of ['10%', '\r50%', '\b\b\b90%']) tail.add(Buffer.from(part));
  t.equal(tail.text(), '90%');
});

t.test('the last error line may begin with any letter, bracket, quote or symbol', async (t) => {
  const ends: Record<string, string> = {
    'Ошибка: файл не найден': 'warning\nОшибка: файл не найден\n',
    '[error] it broke': '[error] it broke\n',
    '❌ build failed': 'building\n❌ build failed\n\n',
    '"x" is missing': '"x" is missing\r\n',
    'Error: no such file':
      "Error: no such file\n    at open (x.js:1)\n  code: 'ENOENT'\n}\n\nNode.js v22.1.0\n",
    'ValueError: bad': 'Traceback (most recent call last):\n  File "x.py"\n    ^^^\nValueError: bad\n',
  };
  for (const [line, output] of Object.entries(ends)) t.equal(lastLineOf(output), line);
  t.equal(lastLineOf('  ^\n}\n---\n'), '');
});
