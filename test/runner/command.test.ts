import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { commandOf } from '../../src/runner/command.ts';
import { defineOperation } from '../support/operations.ts';

const commandFor = (...command: [string, ...string[]]) =>
  commandOf(defineOperation({ script: { command, env: ['TOKEN_FILE'] } }));

t.test('one of our scripts runs with this Node', async (t) => {
  const { argv, passedOn } = commandOf(defineOperation());
  t.equal(argv[0], process.execPath);
  t.match(argv[1], /succeeds\.js$/);
  t.same(passedOn, []);
  t.throws(() => commandOf(defineOperation({ child: 'not-there' })), { code: 'ENOENT' });
});

t.test('a program is found in PATH and keeps its arguments', async (t) => {
  const { argv, passedOn } = commandFor('sh', '-c', 'exit 0; rm -rf "$HOME"');
  t.ok(path.isAbsolute(argv[0] ?? ''));
  t.same(argv.slice(1), ['-c', 'exit 0; rm -rf "$HOME"']);
  t.same(passedOn, ['TOKEN_FILE']);
  t.throws(() => commandFor('no-such-program'), {
    message: /^there is no program no-such-program in PATH\. Install it, or write its full path/,
  });
});

t.test('a file must be there, be a file, and be executable', async (t) => {
  const file = path.join(t.testdir({ 'report.sh': '#!/bin/sh\n' }), 'report.sh');
  t.throws(() => commandFor(file), { message: `${file} is not executable. Run: chmod +x ${file}` });
  fs.chmodSync(file, 0o755);
  t.same(commandFor(file).argv, [file]);
  t.throws(() => commandFor(`${file}.old`), { message: /^there is no file .*\.old\. Create it, or fix/ });
  t.throws(() => commandFor(path.dirname(file)), { message: /is not a file\. Fix the command/ });
});
