// An outage of the embedding service, from a worker process to the banner, and its end.
import '../support/plain-children.ts';
import { once } from 'node:events';
import t from 'tap';
import { startApp, type TestApp } from '../support/app.ts';
import { refuse, startService } from '../support/embedding-service.ts';
import { card, textOf } from '../support/screen.ts';

const waitMaxMs = 30_000;
const serviceDown = /Nothing is embedded: the embedding service does not answer/;

/** The dashboard as soon as the condition holds, checked after each event of the workers and findings. */
async function untilShown(
  app: TestApp,
  test: (html: Awaited<ReturnType<TestApp['page']>>['html']) => boolean,
) {
  const signal = AbortSignal.timeout(waitMaxMs);
  for (;;) {
    const changed = Promise.race([
      once(app.parts.bus, 'workers', { signal }),
      once(app.parts.bus, 'findings', { signal }),
    ]);
    const { html } = await app.page('/operations');
    if (test(html)) {
      changed.catch(() => {});
      return html;
    }
    await changed;
  }
}

t.test('an outage is shown with its start until the service answers again', async (t) => {
  const service = await startService(t);
  service.misbehave = (_, response) => refuse(response, 500);
  const embedding = { CHL_EMBEDDING_URL: service.url, CHL_EMBEDDING_MODEL: 'some/model' };
  const app = await startApp(t, { env: { ...embedding, CHL_WORKERS: '1' } });
  await app.run('import', { mode: 'replace' });

  const down = await untilShown(app, (html) => serviceDown.test(textOf(html, card.banners)));
  t.match(textOf(down, card.banners), /cannot be used: it answers 500\. .*retried automatically\. Since/);
  t.match(textOf(down, card.queue), /Entries wait until .* answers\..* has not answered since .*answers 500/);
  t.match(textOf(down, card.figures), /Waiting for the embedding service/);
  const since = down.querySelector(`${card.banners} time`)?.getAttribute('datetime') ?? '';
  t.ok(Date.parse(since) <= Date.now(), `since ${since}`);
  const { body } = await app.json('/api/v1/queue');
  t.match(body, { pending: { total: 72 }, failed: { total: 0 }, outage: { since } });

  service.misbehave = () => false;
  const up = await untilShown(app, (html) => !serviceDown.test(textOf(html, card.banners)));
  t.notMatch(textOf(up, card.queue), /has not answered/);
  await untilShown(app, (html) => /Every entry has a current embedding/.test(textOf(html, card.queue)));
});
