// A field that a form sends twice counts with its last value, on every page.
import '../support/plain-children.ts';
import { parse } from 'node-html-parser';
import t from 'tap';
import { features } from '../../src/features.ts';
import { startApp } from '../support/app.ts';

const furtherPages = [
  '/schedules/repair',
  '/ui/operations/import/confirm',
  '/ui/sources/add',
  '/ui/schedules/repair/remove',
];

t.test('no form of any page fails when each of its fields comes twice', async (t) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  const pages = features.flatMap(({ pages = [] }) => pages.flatMap(({ examples }) => examples));
  const posted = new Set<string>();
  for (const address of [...pages, ...furtherPages, '/sign-in']) {
    const html = parse(await (await fetch(app.origin + address)).text());
    for (const form of html.querySelectorAll('form[method="post"]')) {
      const action = form.getAttribute('action');
      if (!action || posted.has(action) || form.hasAttribute('enctype')) continue;
      posted.add(action);
      const names = form
        .querySelectorAll('input, select, textarea')
        .flatMap((field) => field.getAttribute('name') ?? []);
      const body = new URLSearchParams(
        names.flatMap((name): [string, string][] => [
          [name, 'x'],
          [name, 'y'],
        ]),
      );
      const { status } = await fetch(app.origin + action, { method: 'POST', body, redirect: 'manual' });
      t.ok(status < 500 || status === 503, `${action} answers ${status}`);
    }
  }
  for (const action of ['/sign-in', '/ui/sources/add', '/ui/settings/limits', '/ui/maintenance'])
    t.ok(posted.has(action), `${action} was tried`);
});

t.test('the last text of a list in JSON counts, too', async (t) => {
  const app = await startApp(t);
  const answer = await fetch(`${app.origin}/sign-in`, {
    method: 'POST',
    body: JSON.stringify({ token: ['x', 'y'] }),
    headers: { 'content-type': 'application/json', accept: 'application/json' },
  });
  t.equal(answer.status, 401);
});
