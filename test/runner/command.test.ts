import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { commandOf } from '../../src/runner/command.ts';
import { defineOperation } from '../support/operations.ts';
import { makeFolder } from '../support/folder.ts';

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
  const file = path.join(makeFolder(t, { 'report.sh': '#!/bin/sh\n' }), 'report.sh');
  t.throws(() => commandFor(file), { message: `${file} is not executable. Run: chmod +x ${file}` });
  fs.chmodSync(file, 0o755);
  t.same(commandFor(file).argv, [file]);
  t.throws(() => commandFor(`${file}.old`), { message: /^there is no file .*\.old\. Create it, or fix/ });
  t.throws(() => commandFor(path.dirname(file)), { message: /is a folder\. Fix the command/ });
  t.throws(() => commandFor('echo hi | cat'), {
    message: /^there is no program "echo hi \| cat"\. A command is a list/,
  });
  t.throws(() => commandFor('~/report.sh'), { message: /only a shell knows ~\. Write the full path/ });
  t.throws(() => commandFor('sub/report.sh'), { message: /relative to operations\.yaml begins with \.\/$/ });
});

t.test('a file that is there but cannot be started says why', async (t) => {
  const folder = makeFolder(t, {});
  const messageOf = (name: string, content: string | Buffer, mode = 0o755) => {
    const file = path.join(folder, name);
    fs.writeFileSync(file, content);
    fs.chmodSync(file, mode);
    try {
      commandFor(file);
      return null;
    } catch (error) {
      return (error as Error).message.replaceAll(file, 'FILE');
    }
  };
  t.match(
    messageOf('no-interpreter', '#!/opt/none/python3\n'),
    /^FILE needs the interpreter \/opt\/none\/python3, which does not exist\. Install it, or fix/,
  );
  t.match(
    messageOf('env', '#!/usr/bin/env no-such-python\n'),
    /needs the interpreter no-such-python, which is not in PATH/,
  );
  t.match(
    messageOf('env-s', '#!/usr/bin/env -S A=1 no-such-python -u\n'),
    /interpreter no-such-python, which is not in PATH/,
  );
  for (const line of ['#!/bin/bash\r\n', '#!/usr/bin/env python3\r\n', '#!/bin/sh -e\r\n'])
    t.match(
      messageOf('windows', `${line}echo\r\n`),
      /^FILE has the line ends of Windows \(CRLF\).*sed -i 's\/\\r\$\/\/' FILE$/,
    );
  t.match(messageOf('windows-without', 'echo\r\n'), /line ends of Windows/);
  t.match(messageOf('bom', '\ufeff#!/bin/sh\n'), /byte order mark/);
  t.match(messageOf('utf16', Buffer.from('\ufeff#!/bin/sh\n', 'utf16le')), /UTF-16/);
  t.match(messageOf('empty', ''), /^FILE is empty/);
  t.match(messageOf('nothing', '#!\n'), /names no interpreter/);
  t.match(
    messageOf('env-words', '#!/usr/bin/env python3 -u\n'),
    /^the first line of FILE gives env more than one word\. Write: #!\/usr\/bin\/env -S python3 -u$/,
  );
  t.match(
    messageOf('env-value', '#!/usr/bin/env -S -u HOME no-such-sh -C x\n'),
    /interpreter no-such-sh, which/,
  );
  t.match(
    messageOf('long', `#!/bin/${'x'.repeat(5000)}\n`),
    /^FILE needs the interpreter \/bin\/x{95}… .*does not exist/,
  );
  t.match(messageOf('nul', '#!/bin/sh\0\n'), /which does not exist/);
  t.match(messageOf('nested', `#!${path.join(folder, 'windows')}\n`), /windows has the line ends of Windows/);
  t.equal(messageOf('itself', `#!${path.join(folder, 'itself')}\n`), null, 'a loop is left to the system');
  t.match(
    messageOf('blank', '\n#!/bin/sh\n'),
    /^FILE has blanks before its first line\. Remove all before #!$/,
  );
  t.match(
    messageOf('x.py', 'import os\n'),
    /^FILE names no interpreter\. Write as its first line: #!\/usr\/bin\/env python3$/,
  );
  t.match(messageOf('folder', '#!/tmp\n'), /the interpreter \/tmp, which cannot be executed/);
  t.equal(messageOf('plain', 'echo a shell script without an interpreter\n'), null);
  t.equal(messageOf('sh', '#!/bin/sh\n'), null);
  t.equal(messageOf('env-sh', '#!/usr/bin/env sh\n'), null);
  t.equal(messageOf('program', fs.readFileSync('/bin/true')), null);
  const elsewhere = fs.readFileSync('/bin/true');
  const at = elsewhere.indexOf('/lib64/ld-');
  if (at > 0) elsewhere.write('/lib99/ld-', at);
  t.match(
    messageOf('elsewhere', elsewhere),
    at > 0 ? /built for another system: it needs \/lib99\/ld-/ : null,
  );
  const arm = fs.readFileSync('/bin/true');
  arm.writeUInt16LE(process.arch === 'arm64' ? 62 : 183, 18);
  t.match(messageOf('arm', arm), /^FILE was built for another processor \((arm64|x64), this one is /);
  const foreign: Record<string, string> = {
    'MZ\x90\0': 'a program for Windows',
    '\xcf\xfa\xed\xfe\0': 'a program for macOS, or for Java',
    '#\0!\0/\0': 'a script saved as UTF-16; save it as UTF-8',
    'PK\x03\x04\0': 'a ZIP file',
    '\0\0': 'neither a script nor a program for this system',
    '\x7fELF\x02\x01\0': 'neither a script nor a program for this system',
  };
  for (const [content, what] of Object.entries(foreign))
    t.equal(
      messageOf('foreign', Buffer.from(content, 'latin1')),
      `FILE is ${what}. Fix the command in operations.yaml`,
    );
  fs.symlinkSync('/opt/none', path.join(folder, 'link'));
  t.throws(() => commandFor(path.join(folder, 'link')), {
    message: /is a link to \/opt\/none, which does not exist/,
  });
  t.throws(() => commandFor(path.join(folder, 'sh', 'x')), { message: /cannot be reached \(ENOTDIR\)/ });
});
