// Which versions of Node start the product.
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { packageRoot } from '../../src/core/config.ts';
import { judgeNode, supportedNodes } from '../../src/core/node-version.ts';

const read = (file: string) => fs.readFileSync(path.join(packageRoot, file), 'utf8');

t.test('the tested versions start without a word', async (t) => {
  for (const version of ['20.20.0', '20.21.3', '22.13.0', '22.23.3', '24.0.0', '24.21.0']) {
    t.same(judgeNode(version), {}, version);
  }
});

t.test('older and skipped versions are refused in one sentence that names the supported ones', async (t) => {
  for (const version of ['16.20.2', '18.20.8', '20.19.5', '21.7.3', '22.12.0', '23.11.1']) {
    const sentence = `CHL Operations does not run on Node ${version}. Install one of these or newer: Node 20.20, 22.13, 24.0.`;
    t.same(judgeNode(version), { error: sentence });
  }
});

t.test('a version newer than those tested starts with a warning', async (t) => {
  for (const version of ['25.0.0', '26.10.0']) {
    t.match(judgeNode(version), {
      warning: `not tested on Node ${version}, only up to Node 24`,
      error: undefined,
    });
  }
});

t.test('npm refuses the same versions', async (t) => {
  const [newest, ...older] = Object.entries(supportedNodes).reverse();
  const ranges = older.reverse().map(([major, minor]) => `^${major}.${minor}.0`);
  const engines = [...ranges, `>=${newest?.join('.')}.0`].join(' || ');
  t.equal(JSON.parse(read('package.json')).engines.node, engines);
  t.match(read('.npmrc'), /^engine-strict=true$/m);
});
