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
  const join = () => joinStyles(path.join(folder, 'css/app.css'), to);
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
  t.throws(join, /does not import lost\.css/);
});
