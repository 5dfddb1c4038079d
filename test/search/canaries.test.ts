// Canaries as people and programs see them, and the jobs that they hold back.
import t, { type Test } from 'tap';
import { maxCanaries } from '../../src/index/canary.ts';
import { describeUnasked, placeCanaries } from '../../src/search/canary-places.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { auditRows } from '../support/uploads.ts';
import { addExperience, addManual, createLibrary } from '../support/entries.ts';
import { rebuild } from '../support/index-of.ts';
import { as, startWithRoles } from '../support/roles.ts';
import { textOf } from '../support/screen.ts';
import { makeFolder } from '../support/folder.ts';

const page = '/library/canaries';
const api = '/api/v1/canaries';
const archive = { query: 'create a gzipped archive', entity_id: 'E1' };

t.test('a search that takes too long leaves canaries unasked, and says so', async (t) => {
  const liveIndex = { search: () => new Promise<never>(() => {}) };
  const entries = { find: () => ({ title: 'Create a gzipped archive' }) };
  const canary = { ...archive, id: 1, kind: 'experience', created_at: '', created_by: 'ann' } as const;
  const places = await placeCanaries({ liveIndex, entries }, [canary, canary], 1);
  t.match(places, { items: [{ state: 'unasked' }, { state: 'unasked' }], problem: null });
  t.equal(describeUnasked(places), 'The search took too long for 2 canaries. Ask again.');
  t.equal(describeUnasked({ ...places, problem: 'Why.' }), 'Why.');
  t.equal(describeUnasked({ items: [], problem: null }), null);
});

t.test('canaries', async (t) => {
  const { config, library } = createLibrary(makeFolder(t));
  t.teardown(() => library.close());
  addExperience(library, 'E1', { title: 'Create a gzipped archive' });
  addManual(library, 'M1', { title: 'Archives and backups explained' });
  addManual(library, 'M2', { title: 'Short' });
  for (let at = 10; at < 20; at++)
    addExperience(library, `E${at}`, { title: 'Pack the gzipped archive', playbook: `Tar number ${at}.` });
  await rebuild(config, library);
  const app = await startWithRoles(t, (t) => startApp(t, { root: config.root }));
  const add = (body: object, role: 'viewer' | 'operator' | 'admin' = 'operator') =>
    app.json(api, body, as(role));
  const remove = async (id: number, role: 'operator' | 'admin') =>
    (await fetch(`${app.origin}${api}/${id}`, { method: 'DELETE', headers: as(role) })).status;

  await t.test('an empty page explains, and proposes titles that one entry has', async (t) => {
    const { html } = await app.page(page);
    t.match(textOf(html, 'main'), /No canaries yet.*whatever its search finds/);
    const proposed = () => html.querySelectorAll('ul.hits a').map((link) => link.text);
    t.same(proposed(), ['Archives and backups explained', 'Create a gzipped archive']);
    const entries = html.querySelector('[name=entries]')?.getAttribute('value') ?? '';
    t.equal(entries, 'manual M1\nexperience E1');
    const { status } = await app.submit('/ui/library/canaries/proposals', { entries });
    t.equal(status, 303);
    const { body } = await app.json(api);
    t.match(body, {
      items: [
        { query: 'Archives and backups explained', kind: 'manual', entity_id: 'M1', state: 'found', rank: 1 },
        { query: 'Create a gzipped archive', title: 'Create a gzipped archive', rank: 1 },
      ],
      problem: null,
    });
    for (const { id } of body.items) t.equal(await remove(id, 'admin'), 204);
  });

  await t.test('an operator adds one, an admin removes it and takes that back', async (t) => {
    t.equal((await add(archive, 'viewer')).status, 403);
    const { status, body } = await add({ ...archive, query: ` create  a gzip\u200bped\u0007 archive ` });
    t.equal(status, 201);
    t.match(body, { ...archive, kind: 'experience', created_by: 'operator', state: 'found', rank: 1 });
    t.match(auditRows(app, 'canary.added').at(-1), {
      outcome: 'ok',
      target: `canary:${body.id}`,
      detail: { before: null, after: { ...archive, kind: 'experience' } },
    });
    const { html } = await app.page(page, as('viewer'));
    t.match(textOf(html, `#canary-${body.id}`), /create a gzipped archive Found 1 Create a gzipped archive/);
    t.match(html.querySelector(`#canary-${body.id} button`)?.attributes, { 'data-locked': 'admin' });
    t.match(textOf(html, 'main'), '1 of 1 canary found');
    t.equal(await remove(body.id, 'operator'), 403);

    const removed = await app.submit(`/ui/library/canaries/${body.id}/remove`, {});
    t.equal(removed.headers.get('location'), page);
    const cookie = removed.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const after = await app.page(page, { ...as('admin'), cookie });
    const undo = after.html.querySelector('[data-toast] form');
    t.equal(undo?.getAttribute('action'), '/ui/library/canaries');
    const fields = undo?.querySelectorAll('input').map((one) => [one.attributes.name, one.attributes.value]);
    t.equal((await app.submit('/ui/library/canaries', Object.fromEntries(fields ?? []))).status, 303);
    t.match((await app.json(api)).body.items, [archive]);
  });

  await t.test('what cannot be a canary is refused beside its field, and kept', async (t) => {
    for (const [body, field, message] of [
      [archive, 'query', /has a canary already/],
      [{ ...archive, query: 'Create a GZIPPED archive' }, 'query', /has a canary already/],
      [{ query: ' ', entity_id: 'E1' }, 'query', /enter the words/],
      [{ query: '"\u200b"', entity_id: 'E1' }, 'query', /enter the words/],
      [{ query: 'x', entity_id: 'E99' }, 'entity_id', /has no entry "E99"/],
      [{ query: 'x', entity_id: 'E1', kind: 'manual' }, 'entity_id', /has no manual "E1"/],
    ] as const) {
      const { status, body: refused } = await add(body);
      t.equal(status, 422);
      t.match(refused.error.details.problems, [{ field, message }]);
    }
    const answer = await app.submit('/ui/library/canaries', { query: 'kept words', entity_id: 'E99' });
    t.equal(answer.status, 422);
    const text = await answer.text();
    t.match(text, /value="kept words"/);
    t.match(text, /id="canary-entry-problem">Entry: the library has no entry/);
  });

  await t.test('an index that misses more is not switched to, until an admin says so', (t) =>
    holdBack(t, app),
  );

  await t.test('there are at most fifty', async (t) => {
    const stored = (await app.json(api)).body.items.length;
    for (let at = stored; at < maxCanaries; at++)
      t.equal((await add({ query: `search ${at}`, entity_id: 'E1' })).status, 201);
    const { status, body } = await add({ query: 'one more', entity_id: 'E1' });
    t.equal(status, 409);
    t.match(body.error, {
      code: 'wrong_state',
      message: 'There may be 50 canaries, and there are 50. Remove one first.',
    });
  });
});

async function holdBack(t: Test, app: TestApp) {
  const generation = async () => {
    await app.parts.liveIndex.refresh();
    return app.parts.liveIndex.indexState().generation;
  };
  const first = await generation();
  app.library
    .prepare(
      `UPDATE experiences SET title = 'Water', playbook = '-', embedding_status = 'pending' WHERE id = 'E1'`,
    )
    .run();
  const failed = await app.run('index');
  t.match(failed, {
    status: 'failed',
    failure: {
      code: 'bad_input',
      message: /^The new index misses 1 of 1 canary, the live index 0: “create a gzipped archive” wants/,
      detail: { code: 'canary_missed', override: 'despite_canaries' },
    },
  });
  t.equal(await generation(), first, 'the live index stays');
  const viewed = await app.page(`/jobs/${failed.number}`, as('operator'));
  t.equal(viewed.html.querySelector('#switch-anyway')?.getAttribute('data-locked'), 'admin');
  const { html } = await app.page(`/jobs/${failed.number}`);
  t.match(
    textOf(html, `#fault-${failed.number}`),
    /create a gzipped archive experience E1 now not among the first 50, place 1 in/,
  );
  const dialog = html.querySelector('#switch-anyway')?.getAttribute('href') ?? '';
  t.equal(dialog, `/ui/operations/index/confirm?full=false&despite_canaries=true&refused=${failed.number}`);
  const shown = await app.page(dialog);
  t.match(textOf(shown.html, 'main'), `Job ${failed.number} missed “`);
  t.equal(shown.html.querySelector('[name=refused]')?.getAttribute('value'), String(failed.number));
  t.match(
    textOf(shown.html, 'main'),
    /missed “create a gzipped archive” \(experience E1\)\..*Reason.*Switch anyway/,
  );
  t.equal(shown.html.querySelector('[name=despite_canaries]')?.getAttribute('value'), 'true');

  const anyway = { args: { despite_canaries: true }, confirm: 'index' };
  t.equal((await app.json('/api/v1/operations/index', anyway)).status, 422, 'a reason is needed');
  t.equal((await app.json('/api/v1/operations/index', anyway, as('operator'))).status, 403);
  const forced = await app.run('index', { despite_canaries: true });
  t.match(forced, { status: 'succeeded', result: { canaries: { asked: 1, missed: 1 } } });
  const card = await app.page('/operations');
  t.match(
    textOf(card.html, '#ops-index-card'),
    /Canaries When it was built: 0 of 1 canary found\. 1 canary is lost/,
  );
  t.ok(card.html.querySelector('#ops-index-card [href="/library/canaries"]'));
  const done = await app.page(`/jobs/${forced.number}`);
  t.match(textOf(done.html, 'main'), '0 of 1 canary found. 1 canary is lost: see below.');
  t.match(
    textOf(done.html, 'main'),
    /Canaries lost.*“create a gzipped archive” wants experience E1: now not/,
  );
  const old = await app.page(`/jobs/${failed.number}`);
  t.match(textOf(old.html, 'main'), 'The index was switched since.');
  t.notOk(old.html.querySelector('#switch-anyway'));
  t.not(await generation(), first);
  t.match((await app.json(api)).body.items, [{ state: 'missed' }]);

  t.match(await app.run('rollback'), { status: 'succeeded', result: { canaries: { asked: 1, missed: 0 } } });
  t.equal(await generation(), first);
}
