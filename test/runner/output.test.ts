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
