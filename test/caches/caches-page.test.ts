import t from 'tap';
import { startApp } from '../support/app.ts';
import { textOf } from '../support/screen.ts';

t.test('the list shows each cache in a row, which leads to its page', async (t) => {
  const app = await startApp(t);
  for (let i = 0; i < 3; i++) await app.page('/operations');
  const { html } = await app.page('/caches');
  t.match(textOf(html, '#cache-templates'), /templates The compiled templates of pages\. \d+ .*\d+%/);
  t.match(textOf(html, '#cache-clicks'), /–/, 'too few reads for a rate');
  t.equal(html.querySelector('#cache-templates a')?.getAttribute('href'), '/caches/templates');
  const { text } = await app.page('/ui/caches/list');
  t.match(text, 'id="cache-templates"', 'the page fetches its list anew');
});

t.test('the page of a cache shows its keys, and the value of one', async (t) => {
  const app = await startApp(t);
  await app.page('/jobs');
  const { html } = await app.page('/caches/statements');
  const link = html.querySelector('.cache-keys a')?.getAttribute('href') ?? '';
  t.match(link, /^\/caches\/statements\?sort=hits&key=/);
  const { html: shown } = await app.page(link.replaceAll('&amp;', '&'));
  t.match(textOf(shown, '.cache-preview'), /SELECT/);
  t.equal(shown.querySelectorAll('.cache-keys a[aria-current]').length, 1);
  const { html: gone } = await app.page('/caches/statements?key=none');
  t.match(textOf(gone, '.callout'), 'That entry is no longer kept.');
  const { html: empty } = await app.page('/caches/clicks');
  t.match(textOf(empty, '#main'), 'Nothing is kept yet');
  t.equal((await app.page('/caches/none')).status, 404);
});

t.test('the dialog of a flush asks for a reason, and says what a flush does', async (t) => {
  const app = await startApp(t);
  const { html } = await app.page('/ui/caches/clicks/flush');
  t.match(
    textOf(html, 'form[action="/ui/caches/clicks/flush"]'),
    /starts a second job.* A reason of at least 5 characters is required/,
  );
  const refused = await app.submit('/ui/caches/templates/flush', { reason: 'no' });
  t.equal(refused.status, 422);
  t.match(await refused.text(), /Write a reason of at least 5 characters/);
  const flushed = await app.submit('/ui/caches/templates/flush', { reason: 'a test needs it' });
  t.equal(flushed.status, 303);
  t.equal(flushed.headers.get('location'), '/caches/templates');
});

t.test('the hub says how many reads hit', async (t) => {
  const clock = { ms: Date.UTC(2026, 10, 29) };
  const app = await startApp(t, { now: () => new Date(clock.ms) });
  const row = async () => {
    const { body } = await app.json('/api/v1/storage');
    return body.items.find(({ name }: { name: string }) => name === 'Caches');
  };
  const first = await row();
  t.match(first, { href: '/caches', badge: null });
  await app.page('/operations');
  t.same(await row(), first, 'the sum is counted every 15 s');
  clock.ms += 15_000;
  t.match((await row()).sentence, /^\d+ caches, [\d.]+ [KM]iB, \d+% of [\d,]+ reads hit since start\.$/);
});
