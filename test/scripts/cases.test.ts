// The table of cases, on inputs made here: one case that is right, and one that is wrong.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { packageRoot } from '../../src/core/config.ts';
import { sheet, writeSheet } from '../support/library.ts';
import { makeFolder } from '../support/folder.ts';

const runCases = (...args: string[]) =>
  spawnSync(process.execPath, [path.join(packageRoot, 'dist/scripts/cases/run.js'), ...args], {
    encoding: 'utf8',
  });

t.test('a case that is wrong fails the run, and each case is one line', async (t) => {
  const folder = makeFolder(t);
  const config = { root: folder } as Parameters<typeof writeSheet>[0]['config'];
  writeSheet({ config }, sheet(), 'sheets/c45-plain');
  fs.writeFileSync(
    path.join(writeSheet({ config }, sheet(), 'sheets/n8-page'), 'manuals.csv'),
    '<html></html>',
  );
  const right = runCases(folder, 'n8');
  t.equal(right.status, 0, right.stderr);
  t.match(
    right.stdout,
    /^right {2}sheets\/n8-page {2}expected: one problem: HTML {2}actual: 1 problem in the sheet;.*\n1 case in [\d.]+ s: 1 right, 0 wrong\n$/,
  );
  const { status, stdout } = runCases(folder);
  t.equal(status, 1);
  t.match(stdout, /^WRONG {2}sheets\/c45-plain {2}expected: refused .* actual: 3 added, /m);
  t.match(stdout, /^2 cases in [\d.]+ s: 1 right, 1 wrong$/m);
});

t.test('a folder without cases is refused', async (t) => {
  const { status, stderr } = runCases();
  t.equal(status, 64);
  t.match(stderr, 'Name the folder of the cases');
  t.equal(runCases(makeFolder(t)).status, 64);
});
