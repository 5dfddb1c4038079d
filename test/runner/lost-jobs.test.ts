// A job that was running when its server was killed is named by a banner, until its operation runs again.
import t from 'tap';
import { createCatalogue } from '../../src/core/catalogue.ts';
import { startApp } from '../support/app.ts';
import { buildEngine } from '../support/engine.ts';
import { defineOperation } from '../support/operations.ts';
import { makeFolder } from '../support/folder.ts';

t.test('the banner names a lost job and leads to it, until the operation runs again', async (t) => {
  const root = makeFolder(t);
  const operations = [defineOperation({ title: 'Chore' })];
  const killed = buildEngine(root, { operations });
  killed.repository.start(killed.enqueue('chore').id);
  await killed.close();
  const app = await startApp(t, { root, catalogue: createCatalogue(operations) });
  const banner = async () => (await app.page('/operations')).html.querySelector('#ops-banners');
  const shown = await banner();
  t.match(shown?.textContent, /Chore #1 was lost when the server ended/);
  t.ok(shown?.querySelector('a[href="/jobs/1"]'));
  await app.run('chore');
  await app.parts.checker.runOnce();
  await app.parts.checker.runOnce();
  t.notMatch((await banner())?.textContent, /was lost/);
});

t.test('a job that ended before its server leaves no banner', async (t) => {
  const app = await startApp(t, { catalogue: createCatalogue([defineOperation()]) });
  await app.run('chore');
  t.notMatch((await app.page('/operations')).html.querySelector('#ops-banners')?.textContent, /was lost/);
});
