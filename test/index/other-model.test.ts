// The index while the embedder is another one: what the findings and the card say, and whether search answers.
import '../support/plain-children.ts';
import fs from 'node:fs';
import t from 'tap';
import { startApp, type TestApp } from '../support/app.ts';
import { lookTwice, readPlaces } from '../support/checks.ts';
import { type Service, startService } from '../support/embedding-service.ts';
import { card, textOf } from '../support/screen.ts';
import { until } from '../support/until.ts';

let service: Service;
let app: TestApp;

t.before(async () => {
  service = await startService(t);
  app = await startApp(t);
  await app.run('import');
  await app.run('index');
});

const search = (words = 'compiler') => app.json(`/api/v1/search?q=${words}`);
const findingsOf = async (check: string) =>
  (await app.json('/api/v1/findings')).body.items.filter(
    (one: { check_id: string }) => one.check_id === check,
  );

t.test('after a change of the model search answers from the old index, and a warning says so', async (t) => {
  await app.submit('/ui/embedder/save', {
    kind: 'service',
    url: service.url,
    model: 'small',
    confirmed: 'yes',
  });
  await until(() => app.parts.liveIndex.indexState().state === 'broken');
  t.equal((await search()).status, 200);
  await lookTwice(app);
  const title = 'Search uses the old index until you rebuild it';
  t.match(await findingsOf('index'), [{ title, severity: 'warning' }]);
  const { page, banner, health } = await readPlaces(app);
  for (const text of [page, banner]) {
    t.match(text, /with chl\/built-in-384 \(384 numbers\); the settings name small\./);
    t.notMatch(text, 'Search is not available');
  }
  t.equal(health.components.index?.status, 'healthy');
  const { html } = await app.page('/operations');
  t.match(textOf(html, card.index), /Old index .*Search uses the old index.*72 vectors/s);
});

t.test('after a restart the old index cannot answer', async (one) => {
  const { root } = app;
  await app.close();
  app = await startApp(t, { root });
  one.equal((await search()).status, 409);
  await lookTwice(app);
  one.match(await findingsOf('index'), [{ title: 'Search is not available', severity: 'error' }]);
  one.match(await app.run('index'), { status: 'succeeded' });
  await until(() => app.parts.liveIndex.indexState().state === 'ready');
  one.equal((await search()).status, 200);
});

t.test('index files that are gone are an error while search answers from memory', async (t) => {
  const { indexFolder } = app.config;
  fs.renameSync(indexFolder, `${indexFolder}.away`);
  await lookTwice(app);
  t.match(await findingsOf('index'), [{ title: 'The index files cannot be used', severity: 'error' }]);
  fs.renameSync(`${indexFolder}.away`, indexFolder);
  await lookTwice(app);
  t.strictSame(await findingsOf('index'), []);
});

t.test('a service that gives vectors of another dimension is an error of search', async (t) => {
  service.dimension = 6;
  await app.parts.checker.runOnce();
  t.match(await findingsOf('embedder'), [
    { severity: 'error', text: /embedded with small \(4 numbers\).* now gives 6\. Rebuild the index/ },
  ]);
  t.equal((await search()).status, 200, 'its vector is kept');
  const { status, body } = await search('linker&mode=meaning');
  t.equal(status, 503);
  t.match(body.error.message, 'small now gives 6 numbers; the index has 4. Rebuild the index.');
  t.match((await search('linker')).body.notes, [
    'small now gives 6 numbers; the index has 4, so only words were searched. Rebuild the index.',
  ]);
  await until(async () => (await findingsOf('index')).length > 0);
  t.match(await findingsOf('index'), [
    { title: 'Search finds words only', severity: 'error', text: /now gives 6 numbers; the index has 4/ },
  ]);
  const { health } = await readPlaces(app);
  t.match(health.components, { index: { status: 'degraded' }, embedder: { status: 'degraded' } });
});

t.test('a rebuild ends it', async (t) => {
  t.match(await app.run('index'), { status: 'succeeded', result: { dimension: 6 } });
  await until(() => app.parts.liveIndex.indexState().dimension === 6);
  t.equal((await search()).status, 200);
  await lookTwice(app);
  t.strictSame(await findingsOf('index'), []);
  t.strictSame(await findingsOf('embedder'), []);
  await app.close();
});
