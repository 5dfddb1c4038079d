import os from 'node:os';
import t from 'tap';
import { AppError } from '../../../src/core/errors.ts';
import { createScreen } from '../../../src/core/terminal/screen.ts';

function screenOn(isTTY: boolean, isJson = false) {
  const written: string[] = [];
  const out = {
    isTTY,
    columns: 20,
    write(text: string | Uint8Array) {
      written.push(Buffer.from(text as string).toString('latin1'));
      return true;
    },
  };
  const screen = createScreen(out, out, isJson);
  const output = (text: string) => screen.output(Buffer.from(text), text);
  return { screen, output, written: () => written.join('') };
}

t.test('a terminal has one progress line, which is cleared for output', async (t) => {
  const { screen, output, written } = screenOn(true);
  screen.progress('a', '1 of 3');
  screen.progress('a', '2 of 3');
  screen.progress('a', '2 of 3');
  output('a line\n');
  screen.progress('a', 'a text that is longer than the terminal is wide');
  screen.line('Done.');
  t.equal(written(), '1 of 3\r\x1b[K2 of 3\r\x1b[Ka line\na text that is long\r\x1b[KDone.\n');
});

t.test('without a terminal each phase is a plain line', async (t) => {
  const { screen, output, written } = screenOn(false);
  screen.progress('read', 'read 1');
  output('output\n');
  screen.progress('read', 'read 2');
  screen.progress('write', 'write 1');
  t.equal(written(), 'read 1\noutput\nwrite 1\n');
});

t.test('control sequences are removed for a terminal and kept for a pipe', async (t) => {
  const text = '\x1b[31mred\x1b[0m\x07\x1b]0;title\n';
  const terminal = screenOn(true);
  terminal.output(text);
  t.notMatch(terminal.written(), /[\x07\x1b]/);
  const pipe = screenOn(false);
  pipe.output(text);
  t.equal(pipe.written(), text);
});

t.test('a text of a script cannot control the terminal', async (t) => {
  const { screen, written } = screenOn(true);
  screen.progress('a', '\x1b[2Jnote\nof two');
  screen.line('\x1b[31mfailed\u009b2J: \x1b]0;title\x07');
  t.equal(
    Buffer.from(written(), 'latin1').toString(),
    'note of two\r\x1b[Kfailed\ufffd2J: \ufffd]0;title\ufffd\n',
  );
});

t.test('an unfinished line of output gets a line end', async (t) => {
  const { screen, output, written } = screenOn(false);
  output('no end');
  screen.line('Done.');
  t.equal(written(), 'no end\nDone.\n');
});

t.test('with --json only JSON is written', async (t) => {
  const { screen, output, written } = screenOn(true, true);
  screen.line('a');
  output('b');
  screen.progress('c', 'd');
  screen.json({ e: 1 });
  t.same(JSON.parse(written()), { e: 1 });
});

t.test('a refusal shows the home folder as ~', async (t) => {
  const error = new AppError('config', `${os.homedir()}/a.csv does not exist.`);
  for (const isJson of [true, false]) {
    const { screen, written } = screenOn(false, isJson);
    screen.refuse(error);
    t.match(written(), '~/a.csv does not exist.');
    t.notMatch(written(), os.homedir());
  }
});
