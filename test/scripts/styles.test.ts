import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import t, { type Test } from 'tap';
import { packageRoot } from '../../src/core/config.ts';
import { makeFolder } from '../support/folder.ts';

type Styles = { joinStyles(from: string, to: string): void };

const { joinStyles }: Styles = await import(pathToFileURL(path.join(packageRoot, 'scripts/styles.mjs')).href);

function startWith(t: Test, css: Record<string, string>) {
  const folder = makeFolder(t, { css });
  const to = path.join(folder, 'app.css');
  const join = () => joinStyles(path.join(folder, 'css'), folder);
  return { folder, to, join, read: () => fs.readFileSync(to, 'utf8') };
}

const list =
  '/* All. */\n@layer base, parts;\n\n@import "one.css" layer(base);\n@import "two.css" layer(parts);\n';

t.test('style sheets are joined in order, each in its layer, without comments or indentation', async (t) => {
  const { join, read } = startWith(t, {
    'app.css': list,
    'one.css': '/* One. */\n.a,\n.b > .c {\n  margin: 0 auto;\n  content: "a  b";\n}\n',
    'two.css':
      '@media print {\n  .d {\n    background: linear-gradient(\n      red,\n      blue\n    );\n  }\n}\n',
  });
  join();
  t.equal(
    read(),
    '@layer base, parts;@layer base{.a,.b > .c{margin: 0 auto;content: "a  b";}}' +
      '@layer parts{@media print{.d{background: linear-gradient( red,blue );}}}',
  );
});

t.test('the joined sheet is written again only when a part changes', async (t) => {
  const { folder, to, join, read } = startWith(t, {
    'app.css': list,
    'one.css': '.a {}',
    'two.css': '.b {}',
  });
  join();
  fs.utimesSync(to, 1, 1);
  join();
  t.equal(fs.statSync(to).mtimeMs, 1000);
  fs.writeFileSync(path.join(folder, 'css/two.css'), '.c {}');
  join();
  t.match(read(), '.c{}');
});

t.test('a style sheet that is not imported fails the build with its name', async (t) => {
  const { join } = startWith(t, { 'app.css': list, 'one.css': '', 'two.css': '', 'lost.css': '.a {}' });
  t.throws(join, /No list in .* imports lost\.css/);
});

t.test('each list becomes a file, and no style sheet is in two', async (t) => {
  const more = '@layer base, parts;\n@import "two.css" layer(parts);\n';
  const first = '@layer base, parts;\n@import "one.css" layer(base);\n';
  const css = { 'one.css': '.a {}', 'two.css': '.b {}', 'more.css': more };
  const { folder, join, read } = startWith(t, { ...css, 'app.css': first });
  join();
  t.equal(read(), '@layer base, parts;@layer base{.a{}}');
  t.equal(fs.readFileSync(path.join(folder, 'more.css'), 'utf8'), '@layer base, parts;@layer parts{.b{}}');
  const { join: joinTwice } = startWith(t, { ...css, 'app.css': list });
  t.throws(joinTwice, /more\.css imports two\.css, which is missing or in two lists/);
});
