import fs from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import { createCustomOperations } from '../../src/operations/custom-operations.ts';
import { makeFolder } from '../support/folder.ts';

const entry = (name: string) => `  - { name: ${name}, title: T, summary: S, command: [x] }\n`;

function watchFile(t: Test, text?: string) {
  const file = path.join(makeFolder(t), 'operations.yaml');
  let time = 1_700_000_000;
  const write = (content: string) => {
    fs.writeFileSync(file, content, { mode: 0o600 });
    fs.utimesSync(file, ++time, time);
  };
  if (text !== undefined) write(text);
  let changes = 0;
  const own = createCustomOperations({ file, reserved: [], onChange: () => changes++ });
  const names = () => own.operations().map(({ name }) => name);
  return { file, write, own, names, changes: () => changes };
}

t.test('a missing file is not a problem', async (t) => {
  const { own, names } = watchFile(t);
  t.same(names(), []);
  t.same(own.problems(), []);
});

t.test('the file is read at start, and again only after a change', async (t) => {
  const { own, names, write, changes, file } = watchFile(t, `operations:\n${entry('one')}`);
  t.same(names(), ['one']);
  own.runOnce();
  t.equal(changes(), 0);
  write(`operations:\n${entry('one')}${entry('two')}`);
  own.runOnce();
  t.same(names(), ['one', 'two']);
  fs.rmSync(file);
  own.runOnce();
  t.same(names(), []);
  t.equal(changes(), 2);
});

t.test('while the file cannot be read, its previous operations stay', async (t) => {
  const { own, names, write } = watchFile(t, `operations:\n${entry('one')}`);
  write('operations: [');
  own.runOnce();
  t.same(names(), ['one']);
  t.equal(own.problems().length, 1);
  write(`operations:\n${entry('two')}`);
  own.runOnce();
  t.same(names(), ['two']);
  t.same(own.problems(), []);
});

t.test('a file that every user can change is refused', async (t) => {
  const { own, names, file } = watchFile(t, `operations:\n${entry('one')}`);
  fs.chmodSync(file, 0o666);
  own.runOnce();
  t.same(names(), ['one'], 'the previous operations stay');
  t.match(own.problems(), [
    { message: `Every user of this machine can change it. Check its content, then run "chmod o-w ${file}".` },
  ]);
  const fresh = createCustomOperations({ file, reserved: [], onChange() {} });
  t.same(fresh.operations(), []);
});

t.test('a folder and a file that is too large are reported', async (t) => {
  const { own, write } = watchFile(t, '');
  write(`#${'x'.repeat(1024 * 1024)}`);
  own.runOnce();
  t.match(own.problems(), [{ message: /^It is larger than 1 MiB/ }]);
  const folder = makeFolder(t);
  const { problems } = createCustomOperations({ file: folder, reserved: [], onChange() {} });
  t.match(problems(), [
    { message: `${folder} is a folder, not a file. Remove or rename it, then try again.` },
  ]);
});
