import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { createLibrary } from '../../src/library/repository.ts';
import { seedStarterSheet } from '../../src/sheets/feature.ts';
import { makeRoot } from '../support/library.ts';
import { checkFolder, planSheet } from '../support/plan.ts';

t.test('the starter library passes every check and is large enough to be useful', async (t) => {
  const { config, db } = makeRoot(t);
  t.equal(seedStarterSheet(config, []), true);
  const checked = checkFolder(path.join(config.root, 'sheets/published'));
  const plan = planSheet(checked, createLibrary(db), 'replace');
  t.strictSame([plan.rowProblems, checked.warnings], [[], []]);
  const { categories, experiences, manuals } = plan.after;
  t.ok(categories >= 12 && experiences >= 60 && manuals >= 12, JSON.stringify(plan.after));
});

t.test('a published sheet is never overwritten, even while it is being swapped', async (t) => {
  const { config } = makeRoot(t);
  const folder = path.join(config.root, 'sheets/published');
  fs.mkdirSync(folder, { recursive: true });
  t.equal(seedStarterSheet(config, []), false);
  t.strictSame(fs.readdirSync(folder), []);
  fs.writeFileSync(path.join(folder, 'categories.csv'), 'mine');
  fs.renameSync(folder, `${folder}.previous`);
  fs.mkdirSync(`${folder}.writing`);
  t.equal(seedStarterSheet(config, []), false);
  t.equal(fs.readFileSync(path.join(folder, 'categories.csv'), 'utf8'), 'mine');
});
