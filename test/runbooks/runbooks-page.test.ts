// The list of runbooks, the page of one, its review, and the links from findings.
import '../support/plain-children.ts';
import t from 'tap';
import { systemRequester } from '../../src/core/audit.ts';
import { type DocumentFields, plainFields } from '../../src/documents/document.ts';
import { documents } from '../../src/documents/feature.ts';
import { startApp } from '../support/app.ts';
import { collectRoutes } from '../support/routes.ts';
import { textOf } from '../support/screen.ts';
import { seededRunbooks } from '../../src/runbooks/seeded-runbooks.ts';

const dayMs = 86_400_000;

t.test('runbooks', async (t) => {
  const routes = collectRoutes(t);
  let ahead = 0;
  const now = () => new Date(Date.now() + ahead);
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' }, now });
  const { documents: store } = app.use(documents);
  const by = systemRequester;
  const save = (slug: string, fields: Partial<DocumentFields>, version = 0) =>
    store.save(
      { kind: 'runbook', slug },
      { ...plainFields, title: slug, body: '', ...fields },
      { version, by },
    );
  const listed = async (query = '') =>
    (await app.json(`/api/v1/runbooks${query}`)).body.items.map(({ slug }: { slug: string }) => slug);

  await t.test('the first ones are there, with links that lead somewhere', async (t) => {
    t.equal((await listed()).length, 6);
    const { html } = await app.page('/runbooks');
    t.match(textOf(html, '#h-runbooks'), '6 runbooks');
    t.match(textOf(html, '#runbook-queue-stands-still'), /Queue stands still .*high – Never run/);
    t.match(textOf((await app.page('/status')).html, '#status-card'), '6 runbooks. None was run yet.');
    const known = routes
      .filter(({ method }) => method === 'GET')
      .map(({ url }) => new RegExp(`^${url.replace(/:\w+/g, '[^/]+')}$`));
    const links = seededRunbooks.flatMap(({ fields }) =>
      [...fields.body.matchAll(/\]\((\/[^)#?]*)/g)].map(([, link]) => link),
    );
    t.ok(links.length > 20);
    t.strictSame(
      links.filter((link) => !known.some((route) => route.test(link ?? ''))),
      [],
    );
    const targets = links.flatMap((link) => /^\/runbooks\/(.+)/.exec(link ?? '')?.[1] ?? []);
    t.ok(targets.length > 3);
    for (const slug of targets)
      t.ok(
        seededRunbooks.some((one) => one.slug === slug),
        slug,
      );
  });

  await t.test('are found by words of title, text and tags, and by tag, owner and priority', async (t) => {
    await save('night', {
      title: 'Night shift',
      body: 'Call 100%_sure',
      owner: 'anna',
      tags: ['own', 'a"b'],
      priority: 'low',
    });
    t.strictSame(await listed('?q=NIGHT'), ['night']);
    t.strictSame(await listed('?q=100%25_'), ['night']);
    t.strictSame(await listed('?q=%25%25'), []);
    t.strictSame(await listed('?q=a%22b+call'), ['night']);
    t.strictSame(await listed('?tag=own&owner=anna&priority=low'), ['night']);
    t.strictSame(await listed('?tag=ow'), []);
    t.strictSame(await listed('?q=embedder+snapshot'), ['bigger-box']);
    const { html } = await app.page('/runbooks?q=no-such-word');
    t.match(textOf(html, '#runbook-list'), 'No runbooks match these filters. 7 without them.');
    t.equal(
      (await app.page('/runbooks?tag=own&owner=anna')).html.querySelectorAll('#runbook-list tbody tr').length,
      1,
    );
  });

  await t.test('are listed in pages', async (t) => {
    const first = await app.json('/api/v1/runbooks?limit=4');
    const second = await app.json(`/api/v1/runbooks?limit=4&cursor=${first.body.next_cursor}`);
    t.equal(second.body.next_cursor, null);
    const titles = [...first.body.items, ...second.body.items].map(({ title }: { title: string }) => title);
    t.equal(titles.length, 7);
    t.strictSame(
      titles,
      [...titles].sort((one, other) => one.localeCompare(other)),
    );
    t.match(await app.json('/api/v1/runbooks?cursor=x'), { status: 422 });
  });

  await t.test('one shows its text, its facts and its runs', async (t) => {
    const { html } = await app.page('/runbooks/queue-stands-still');
    t.match(
      textOf(html, '#one-runbook'),
      /6 steps, version 1\..*Way back None is needed.*Review Not reviewed yet; due \d+ \w+ 20\d\d(?!,)/,
    );
    t.equal(html.querySelectorAll('#one-runbook .step').length, 6);
    await app.json('/api/v1/runbooks/queue-stands-still/runs', {});
    const { body } = await app.json('/api/v1/runbooks/queue-stands-still');
    t.match(body, { review_days: 180, is_review_due: false, last_run: { number: 1 }, runs: [{ number: 1 }] });
    t.match(textOf((await app.page('/runbooks/night')).html, '#one-runbook'), 'It has no steps yet.');
    t.match(await app.json('/api/v1/runbooks/night/runs', {}), { status: 409 });
    t.equal((await app.page('/runbooks/none')).status, 404);
  });

  await t.test('one whose review is overdue has a badge and a finding, until it is reviewed', async (t) => {
    const titles = async () => {
      await app.parts.checker.runOnce();
      const { body } = await app.json('/api/v1/findings');
      return body.items
        .filter(({ check_id }: { check_id: string }) => check_id === 'runbooks')
        .map(({ title, severity }: { title: string; severity: string }) => `${severity}: ${title}`);
    };
    t.strictSame(await titles(), []);
    ahead = 181 * dayMs;
    t.equal((await titles()).length, 6);
    t.match(textOf((await app.page('/runbooks')).html, '#runbook-restore'), 'Review due');
    for (const { slug } of seededRunbooks.slice(1)) await store.review({ kind: 'runbook', slug }, by);
    await titles();
    t.strictSame(await titles(), ['info: The runbook “Queue stands still” is to be reviewed']);
    t.notMatch(textOf((await app.page('/runbooks')).html, '#runbook-restore'), 'Review due');
  });

  await t.test('a removed one is gone from lists, and a removed seed does not come back', async (t) => {
    for (const { slug } of seededRunbooks) await store.remove({ kind: 'runbook', slug }, by);
    await store.remove({ kind: 'runbook', slug: 'night' }, by);
    await store.seed(seededRunbooks);
    t.match(textOf((await app.page('/runbooks')).html, '#runbook-list'), 'No runbook yet');
    t.match(
      textOf((await app.page('/status')).html, '#status-card'),
      'No runbook. “Queue stands still” is being run',
    );
    const gone = await app.page('/runbooks/night');
    t.equal(gone.status, 404);
    t.match(gone.text, 'This runbook was removed');
    t.ok(gone.html.querySelector('a[href="/documents/runbook/night"]'), 'it can be brought back there');
    t.match(await app.json('/api/v1/runbooks/night'), {
      status: 404,
      body: { error: { message: /Bring it back at \/documents\/runbook\/night/ } },
    });
    t.match(textOf((await app.page('/runs/1')).html, '#run-1-card'), 'The runbook was removed since.');
    t.match(await app.json('/api/v1/runs/1'), { status: 200, body: { title: 'Queue stands still' } });
  });
});
