import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import t from 'tap';
import { packageRoot } from '../../src/core/config.ts';
import { nameSource } from '../../src/errors/source-maps.ts';

const folder = path.join(packageRoot, 'dist/src');

/** Finds a bundled line. Returns the address of its file with the line's number. */
function find(line: RegExp): string {
  for (const name of fs.readdirSync(folder).filter((name) => /^bundled-.*\.js$/.test(name))) {
    const at = fs
      .readFileSync(path.join(folder, name), 'utf8')
      .split('\n')
      .findIndex((one) => line.test(one));
    if (at !== -1) return `${pathToFileURL(path.join(folder, name)).href}:${at + 1}`;
  }
  throw new Error(`no line like ${line}`);
}

t.test(
  'a frame of a bundled program names the source, its line, and the function as it is called there',
  (t) => {
    const at = find(/^async function serve\(config/);
    const source = pathToFileURL(path.join(packageRoot, 'src/serve.ts')).href;
    const lines = fs.readFileSync(path.join(packageRoot, 'src/serve.ts'), 'utf8').split('\n');
    const line = lines.findIndex((one) => one.startsWith('export async function serve(')) + 1;
    t.match(nameSource(`async serve (${at}:1)`), new RegExp(`^async serve \\(${source}:${line}:\\d+\\)$`));
    t.match(nameSource(`serve27 (${at}:1)`), /^serve \(/, 'the bundler has numbered it');
    t.match(nameSource(`new Serve.stop3 (${at}:1)`), /^new Serve\.stop \(/);
    t.match(nameSource(`${at}:1`), /\/src\/serve\.ts:\d+:\d+$/);
    t.end();
  },
);

t.test('a frame without a source map stays as it is', (t) => {
  for (const frame of ['run3 (file:///opt/other/run.js:3:9)', 'node:net:1607:16', 'run (native)'])
    t.equal(nameSource(frame), frame);
  t.end();
});
