// Decisions on several groups at once.
import '../support/plain-children.ts';
import type { HTMLElement } from 'node-html-parser';
import t, { type Test } from 'tap';
import { startApp, type TestApp } from '../support/app.ts';
import { addError } from '../support/errors.ts';
import { textOf } from '../support/screen.ts';

const noop = { env: { CHL_OPERATIONS_MODE: 'noop' } };

async function start(t: Test) {
  const app = await startApp(t, noop);
  for (const code of ['E1', 'E2', 'E3']) await addError(app, { message: `it broke`, code });
  return app;
}

const post = (app: TestApp, path: string, pairs: [string, string][], headers = {}) =>
  fetch(app.origin + path, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams(pairs),
    headers: { accept: 'text/html', ...headers },
  });

const fieldOf = (input: HTMLElement) => `${input.getAttribute('name')}=${input.getAttribute('value')}`;

t.test('the API decides on several groups, each with its audit row, and reports the others', async (t) => {
  const app = await start(t);
  const answer = await app.json('/api/v1/errors/resolve', { groups: [1, 2, 2, 99], reason: 'a new disk' });
  t.match(answer, {
    status: 200,
    body: {
      total: 3,
      done: 2,
      skipped: 1,
      items: [
        { id: 1, outcome: 'done', message: null },
        { id: 2, outcome: 'done', message: null },
        { id: 99, outcome: 'skipped', message: /^There is no group of errors 99\./ },
      ],
    },
  });
  const { body } = await app.json('/api/v1/audit?event=errors.resolve');
  const rows = body.items.map((row: Record<string, string>) => [row.target, row.outcome, row.reason]);
  t.strictSame(rows.sort(), [
    ['error:1', 'ok', 'a new disk'],
    ['error:2', 'ok', 'a new disk'],
    ['error:99', 'refused', 'a new disk'],
  ]);
  t.match((await app.json('/api/v1/errors/open', { groups: [2, 3] })).body, {
    done: 1,
    items: [{ outcome: 'done' }, { outcome: 'skipped', message: 'This group is open already.' }],
  });
  t.match((await app.json('/api/v1/errors/mute', { groups: [1, 2, 3] })).body, { done: 3, skipped: 0 });
  for (const groups of [[], [0], ['x'], Array.from({ length: 201 }, (_, at) => at + 1)])
    t.equal((await app.json('/api/v1/errors/resolve', { groups })).status, 422);
});

t.test('rows are ticked and decided on, with and without scripts, and the list is as before', async (t) => {
  const app = await start(t);
  const { html } = await app.page('/errors?q=broke');
  t.equal(html.querySelectorAll('#error-list input[type=checkbox][form=picked-errors]').length, 3);
  const back = html.querySelector('.picked-bar input[name=back]')?.getAttribute('value') ?? '';
  t.equal(back, '/errors?state=open&q=broke');
  const verbs = html
    .querySelectorAll('.picked-bar button[formaction]')
    .map((button) => button.getAttribute('formaction'));
  t.strictSame(verbs, ['/ui/errors/resolve', '/ui/errors/mute']);
  const plain = await post(app, '/ui/errors/resolve', [
    ['group:1', 'on'],
    ['group:2', 'on'],
    ['group:99', 'on'],
    ['back', back],
  ]);
  t.equal(plain.status, 303);
  t.equal(plain.headers.get('location'), back);
  const cookie = plain.headers.get('set-cookie')?.split(';')[0] ?? '';
  const shown = textOf((await app.page(back, { cookie })).html, 'body');
  t.match(shown, /2 errors resolved\. They open again when they are seen again\. No longer there: 99\./);
  const { html: dialog } = await app.page(
    '/ui/errors/mute?group:1=on&group:3=on&back=%2Ferrors%3Fstate%3Dall',
  );
  t.match(
    textOf(dialog, 'form[action="/ui/errors/mute"]'),
    /Mute 2 errors\?.*it broke.*it broke.*They leave the list/s,
  );
  t.strictSame(dialog.querySelectorAll('form[action="/ui/errors/mute"] input[type=hidden]').map(fieldOf), [
    'group:1=on',
    'group:3=on',
    'back=/errors?state=all',
  ]);
  const live = await post(
    app,
    '/ui/errors/mute',
    [
      ['group:1', 'on'],
      ['group:3', 'on'],
      ['back', 'https://elsewhere.example/'],
      ['reason', 'known'],
    ],
    { 'hx-request': 'true' },
  );
  t.match(live.headers.get('hx-redirect'), /^\/(?!\/)/, 'no other site');
  t.strictSame(
    (await app.json('/api/v1/errors?state=muted')).body.items.map(({ id }: { id: number }) => id).sort(),
    [1, 3],
  );
  const none = await post(app, '/ui/errors/open', []);
  t.equal(none.status, 400);
  t.match(await none.text(), 'No error is selected');
  t.match(textOf((await app.page('/ui/errors/mute')).html, 'main'), 'No error is selected');
});
