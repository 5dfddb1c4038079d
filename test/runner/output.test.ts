import t from 'tap';
import { createByteMask } from '../../src/core/byte-mask.ts';
import { createOutput } from '../../src/runner/output.ts';

/** An output and its writes, one line `out:…` or `err:…` each. */
function collect(patterns: string[] = []) {
  const written: string[] = [];
  let wrote = () => {};
  const output = createOutput(
    createByteMask(patterns.map((pattern) => Buffer.from(pattern))),
    (stream, text) => {
      written.push(`${stream}:${text}`);
      wrote();
    },
  );
  const whenWritten = () =>
    new Promise<void>((resolve) => {
      wrote = resolve;
    });
  return { ...output, written, whenWritten };
}

t.test('two streams never mix inside a line', async (t) => {
  const { add, end, written } = collect();
  add('stdout', Buffer.from('one, '));
  add('stderr', Buffer.from('oh\nno'));
  add('stdout', Buffer.from('two\nthree'));
  add('stderr', Buffer.from('!\n'));
  end();
  t.strictSame(written, ['stderr:oh\n', 'stdout:one, two\n', 'stderr:no!\n', 'stdout:three']);
});

t.test('an unfinished line, e.g. a prompt, appears after a moment', async (t) => {
  const { add, end, written, whenWritten } = collect();
  add('stdout', Buffer.from('Continue? '));
  t.strictSame(written, []);
  await whenWritten();
  t.strictSame(written, ['stdout:Continue? ']);
  add('stdout', Buffer.from('yes\n'));
  end();
  t.strictSame(written, ['stdout:Continue? ', 'stdout:yes\n']);
});

t.test('a line longer than 64 KiB is written in pieces without loss', async (t) => {
  const { add, end, written } = collect();
  const piece = Buffer.alloc(50_000, 'x');
  for (let n = 0; n < 10; n++) add('stdout', piece);
  end();
  t.ok(written.length > 2);
  t.equal(written.map((text) => text.slice('stdout:'.length)).join(''), 'x'.repeat(500_000));
});

t.test('a secret is masked across chunks and at the end', async (t) => {
  const { add, end, written } = collect(['hunter2hunter2']);
  for (const letter of 'it is hunter2hunter2, hunt') add('stderr', Buffer.from(letter));
  end();
  t.equal(written.join(''), 'stderr:it is [masked], hunt');
});

t.test('dropped bytes are not written', async (t) => {
  const { add, end, drop, written } = collect();
  add('stdout', Buffer.from('half'));
  drop();
  end();
  t.strictSame(written, []);
});

/** What is written of the chunks together, cut in every way into two, and byte by byte. */
function writtenOf(text: string, patterns: string[] = []) {
  const bytes = Buffer.from(text);
  const cuts = [
    ...Array.from(bytes, (_, at) => [bytes.subarray(0, at), bytes.subarray(at)]),
    Array.from(bytes, (byte) => Buffer.from([byte])),
  ];
  const all = cuts.map((chunks) => {
    const { add, end, written } = collect(patterns);
    for (const chunk of chunks) add('stdout', chunk);
    end();
    return written.map((part) => part.slice('stdout:'.length)).join('');
  });
  return [...new Set(all)];
}

t.test('the last frame of a line that is written several times over wins', async (t) => {
  t.strictSame(writtenOf('10%\r40%\r100%\ndone\n'), ['100%\ndone\n']);
  t.strictSame(writtenOf('\r10%\r40%\r100%\ndone'), ['100%\ndone']);
  t.strictSame(writtenOf('a\r\nb\r\n'), ['a\r\nb\r\n'], 'a line end of Windows');
  t.strictSame(writtenOf('a\r\r\nb\r\r20%\n'), ['a\r\r\n20%\n'], 'carriage returns in a row');
  t.strictSame(writtenOf('one\n10%\r40%\r\ntwo\r\n'), ['one\n40%\r\ntwo\r\n']);
});

t.test('many megabytes of frames without a line end take no memory and leave the last one', async (t) => {
  const { add, end, written } = collect();
  for (let n = 1; n <= 200; n++)
    add(
      'stdout',
      Buffer.from(Array.from({ length: 1000 }, (_, at) => `\r${n}.${at} ${'='.repeat(50)}`).join('')),
    );
  add('stdout', Buffer.from('\n'));
  end();
  const text = written.map((part) => part.slice('stdout:'.length)).join('');
  t.ok(text.length < 1000, `${text.length} bytes`);
  t.match(text, /(^|\r)200\.999 =+\n$/);
});

t.test('a frame that was shown is replaced by the next one in the same line', async (t) => {
  const { add, end, written, whenWritten } = collect();
  add('stdout', Buffer.from('\r10%'));
  await whenWritten();
  add('stdout', Buffer.from('\r20%\r30%'));
  await whenWritten();
  add('stdout', Buffer.from('\r100%\n'));
  end();
  t.strictSame(written, ['stdout:10%', 'stdout:\r30%', 'stdout:\r100%\n']);
});

t.test('a backspace takes back the character before it, within its line', async (t) => {
  t.strictSame(writtenOf('Copy:   0%\b\b\b\b 40%\b\b\b\b100%\n'), ['Copy: 100%\n']);
  t.strictSame(writtenOf('Working |\b/\b-\b \b\n'), ['Working \n']);
  t.strictSame(writtenOf('one\n\b\btwo é\b👍\b!\n'), ['one\ntwo !\n']);
  t.strictSame(writtenOf('10%\b\b\b20%\r\b30%\n'), ['30%\n']);
});

t.test('a frame that was shown is taken back by later backspaces', async (t) => {
  const { add, end, written, whenWritten } = collect();
  add('stdout', Buffer.from('10%'));
  await whenWritten();
  add('stdout', Buffer.from('\b\b\b20%'));
  add('stdout', Buffer.from('\b\b\b30%'));
  await whenWritten();
  add('stdout', Buffer.from('\b\b\b100%\n'));
  end();
  t.strictSame(written, ['stdout:10%', 'stdout:\b\b\b30%', 'stdout:\b\b\b100%\n']);
});

t.test('a cursor that moves to the left writes over, and to another line begins a new one', async (t) => {
  for (const move of ['\x1b[G', '\x1b[1G', '\x1b[0G', '\x1b[2K\x1b[1G', '\x1b[1000D', '\x1b[5D'])
    t.strictSame(writtenOf(`1 / 3${move}2 / 3${move}3 / 3\n`), ['3 / 3\n'], JSON.stringify(move));
  t.strictSame(writtenOf('[ ok ]\x1b[40G right\n'), ['[ ok ] right\n'], 'not to the right');
  const bars = '\x1b[2A\r\x1b[2Ka: 1\x1b[1B\r\x1b[2Kb: 1\x1b[1B\r';
  t.strictSame(writtenOf(`a: 0\nb: 0\n${bars}done\n`), ['a: 0\nb: 0\na: 1\nb: 1\ndone\n']);
  t.strictSame(writtenOf('outer 0\n\r inner 50\x1b[A\r outer 1\n'), ['outer 0\n inner 50\n outer 1\n']);
});

t.test('terminal escapes are dropped whole, however they are cut', async (t) => {
  const sequences = {
    colour: '\x1b[1;38:5:9m',
    erase: '\x1b[2K',
    cursor: '\x1b[?25l',
    'title with BEL': '\x1b]0;a title\x07',
    'link with ST': '\x1b]8;;https://example.org/\x1b\\',
    'device string': '\x1bPq#0;2;0\x1b\\',
    'application string': '\x1b_secret\x1b\\',
    'character set': '\x1b(B',
    'character set of two': '\x1b$(D',
    'single escape': '\x1b7',
    reset: '\x1bc',
  };
  for (const [name, sequence] of Object.entries(sequences))
    t.strictSame(writtenOf(`one${sequence}two é${sequence}\n`), ['onetwo é\n'], name);
  t.strictSame(writtenOf('one\x1b]0;never closed\ntwo\n'), ['one\ntwo\n'], 'a line end closes it');
  t.strictSame(writtenOf('one\x1b[31\ntwo\n'), ['one\ntwo\n']);
});

t.test('a secret is masked although an escape or a frame cuts it', async (t) => {
  t.strictSame(writtenOf('it is hunter2\x1b[0mhunter2\n', ['hunter2hunter2']), ['it is [masked]\n']);
  t.strictSame(writtenOf('hunter2hunter2\rdone\n', ['hunter2hunter2']), ['done\n']);
  t.strictSame(writtenOf('it is hunter2|\bhunter2\n', ['hunter2hunter2']), ['it is [masked]\n']);
});
