// The pages of webhooks: the list, the form, one webhook with its deliveries and its secret, one delivery.
import '../support/plain-children.ts';
import { type HTMLElement, parse } from 'node-html-parser';
import t from 'tap';
import { createWebhookRepository } from '../../src/webhook-store/webhook-repository.ts';
import type { DeliveryStatus } from '../../src/webhooks/delivery.ts';
import { createDeliveryRepository } from '../../src/webhooks/delivery-repository.ts';
import type { TestApp } from '../support/app.ts';
import { as, startWithRoles } from '../support/roles.ts';
import { fieldProblems, textOf } from '../support/screen.ts';

const list = '/settings/webhooks';
const address = 'http://127.0.0.1:9/hook?token=of-the-receiver';
let app: TestApp;

t.before(async () => {
  app = await startWithRoles(t);
});

const send = async (path: string, form: Record<string, string>) => {
  const answer = await app.submit(path, form);
  return { status: answer.status, html: parse(await answer.text()), to: answer.headers.get('location') };
};
const rowsOf = (html: HTMLElement) => html.querySelectorAll('#deliveries tbody tr');

t.test('without webhooks the page offers the preset first', async (t) => {
  const { html } = await app.page(list);
  t.match(textOf(html, '.card-head .meta'), /^No webhooks\./);
  t.equal(html.querySelector('.card-body a')?.getAttribute('href'), `${list}/new?preset=tell-me`);
  const form = (await app.page(`${list}/new?preset=tell-me`)).html;
  t.equal(form.querySelector('#w-name')?.getAttribute('value'), 'tell-me');
  t.ok(form.querySelector('#w-tell-me')?.hasAttribute('checked'));
  t.equal(form.querySelectorAll('input[checked]').length, 1);
  const boxes = form.querySelectorAll('input[type="checkbox"]').map((one) => one.getAttribute('name'));
  t.equal(new Set(boxes).size, boxes.length, 'each choice is there once');
  t.match(textOf((await app.page('/settings')).html, '#settings-card'), /Webhooks None\./);
});

t.test('all faults of the form are shown at their fields, and what was typed stays', async (t) => {
  const { status, html } = await send('/ui/webhooks/new', {
    name: 'A b',
    url: `${app.origin}/ui`,
    'event:job.*': 'on',
  });
  t.equal(status, 422);
  t.match(fieldProblems(html).name, /^Name: small letters/);
  const { html: own } = await send('/ui/webhooks/new', {
    name: 'own',
    url: `${app.origin}/ui`,
    'event:job.*': 'on',
  });
  t.match(fieldProblems(own).url, /this is the server itself/);
  t.equal(own.querySelector('#w-name')?.getAttribute('value'), 'own');
  t.ok(own.querySelector('#w-job-all')?.hasAttribute('checked'));
  const { html: none } = await send('/ui/webhooks/new', { name: 'none', url: address });
  t.equal(textOf(none, '#w-events-problem'), 'Events: name at least one.');
});

/** Its event does not happen here, so that all deliveries are those of the test. */
t.test('a new webhook shows its secret once', async (t) => {
  const { status, html } = await send('/ui/webhooks/new', {
    name: 'tell-me',
    url: address,
    'event:run.started': 'on',
  });
  t.equal(status, 200);
  const again = (await app.page(`${list}/new?preset=tell-me`)).html;
  t.equal(again.querySelector('#w-name')?.getAttribute('value'), 'tell-me-2', 'a free name');
  t.notMatch(textOf((await app.page('/settings/notices')).html, '.side'), /Webhooks that send/);
  const secret = textOf(html, '#new-secret');
  t.match(secret, /^whsec_[\w+/]{43}=$/);
  for (const path of [list, `${list}/tell-me`, `${list}/tell-me/edit`])
    t.notOk((await app.page(path)).text.includes(secret), path);
  t.equal(
    html.querySelector('#send-test')?.closest('form')?.getAttribute('action'),
    '/ui/webhooks/tell-me/test',
  );
  const taken = await send('/ui/webhooks/new', { name: 'tell-me', url: address, 'event:*': 'on' });
  t.match(fieldProblems(taken.html).name, /there is a webhook named tell-me already/);
});

t.test('readers of other roles see no query of the address, and locked buttons', async (t) => {
  const own = (await app.page(`${list}/tell-me`)).html;
  t.equal(textOf(own, '.webhook-url'), address);
  for (const path of [`${list}/tell-me`, `${list}/tell-me/edit`, '/ui/webhooks/tell-me/changes']) {
    const { text, status } = await app.page(path, as('operator'));
    t.equal(status, 200);
    t.notOk(text.includes('of-the-receiver'), path);
  }
  const { html } = await app.page(`${list}/tell-me`, as('viewer'));
  const locked = html
    .querySelectorAll('#one-webhook .card:not(#deliveries) [data-locked]')
    .map((one) => one.id);
  t.strictSame(locked.sort(), ['edit', 'remove', 'rotate', 'send-test', 'switch-off']);
});

t.test('the form of a stored webhook changes it, and shows a change by somebody else', async (t) => {
  const { html } = await app.page(`${list}/tell-me/edit`);
  const was = Object.fromEntries(
    html
      .querySelectorAll('#webhook-form input[type="hidden"]')
      .map((one) => [one.getAttribute('name'), one.getAttribute('value')]),
  );
  t.strictSame(was, { 'was:url': address, 'was:events': 'run.started' });
  const wanted = { url: address, 'event:run.started': 'on', 'event:settings.changed': 'on' };
  t.equal((await send('/ui/webhooks/tell-me/edit', { ...was, ...wanted })).to, `${list}/tell-me`);
  t.match(textOf((await app.page(`${list}/tell-me`)).html, '.page-head p'), /settings\.changed/);
  const late = await send('/ui/webhooks/tell-me/edit', { ...was, url: address, 'event:*': 'on' });
  t.equal(late.status, 409);
  app.ops.exec(`UPDATE webhook SET events = '["tell-me"]', is_on = 0`);
  const side = (await app.page('/settings/notices')).html.querySelector('.side');
  t.match(side?.querySelector('p a')?.getAttribute('href'), `${list}/tell-me`);
  t.match(side?.text.replace(/\s+/g, ' '), /Webhooks that send it: tell-me \(off\)\./);
  app.ops.exec(`UPDATE webhook SET events = '["run.started","settings.changed"]', is_on = 1`);
  t.match(textOf(late.html, '#w-events-problem'), /run\.started, settings\.changed/);
  t.ok(late.html.querySelector('#w-all')?.hasAttribute('checked'), 'the choice is still there');
});

t.test('deliveries are listed with filters and pages; one has its attempts and its body', async (t) => {
  const ids = addDeliveries(60);
  // They were written without an event, so that the server does not know of them yet.
  await send('/ui/webhooks/tell-me/on', {});
  const { html } = await app.page(`${list}/tell-me`);
  t.equal(rowsOf(html).length, 25);
  t.match(textOf(html, '#deliveries .chips'), /^All 60 Failed 20 Retrying 20/);
  const older = html.querySelector('#deliveries a[rel="next"]')?.getAttribute('href') ?? '';
  const second = (await app.page(older)).html;
  t.equal(rowsOf(second).length, 25);
  t.notSame(textOf(second, '#deliveries tbody tr .val'), textOf(html, '#deliveries tbody tr .val'));
  const failed = (await app.page(`${list}/tell-me?status=failed`)).html;
  t.equal(rowsOf(failed).length, 20);
  t.match(textOf(failed, '#deliveries tbody tr'), /1; 404, not tried again/);
  t.match(
    textOf(html, '#deliveries tbody tr'),
    /Job #60: A title of 72 characters, of which a list shows its beginni…, evt/,
  );
  t.match(textOf((await app.page(list)).html, 'tbody tr'), /20 of 40 arrived, 20 waiting/);
  t.match(textOf((await app.page('/settings')).html, '#settings-card'), /1 webhook, 1 failing\. Failing/);

  const one = (await app.page(`${list}/tell-me/deliveries/${ids[1]}`)).html;
  t.match(textOf(one, '.step'), /Attempt 1, .* The answer was 404 after 12 ms\. gone/);
  t.match(textOf(one, '.webhook-body'), /"type": "job\.finished"/);
  t.equal((await app.page(`${list}/other/deliveries/${ids[1]}`)).status, 404);
});

t.test('the secret is replaced for a reason, and shown once', async (t) => {
  const path = '/ui/webhooks/tell-me/rotate';
  const refused = await send(path, { reason: '', at_once: 'on' });
  t.equal(refused.status, 422);
  t.match(fieldProblems(refused.html), { reason: /\w/ });
  t.ok(refused.html.querySelector('#rotate-now')?.hasAttribute('checked'));
  const { html } = await send(path, { reason: 'it was in a log' });
  t.match(textOf(html, '#new-secret'), /^whsec_/);
  t.match(
    textOf((await app.page(`${list}/tell-me`)).html, '.side'),
    /The former secret signs, too; that ends/,
  );
  t.match(textOf((await app.page(path)).html, '.dlg-body'), /The secret before the present one stops now\./);
});

t.test('it is switched off and on, and removed with its deliveries', async (t) => {
  const dialog = (await app.page('/ui/webhooks/tell-me/off')).html;
  // The checker may have found by now that this webhook fails, which is an event that waits, too.
  t.match(textOf(dialog, '.dlg-body'), /Deliveries that wait now fail: 2[01]\./);
  t.equal((await send('/ui/webhooks/tell-me/off', { reason: 'quiet night' })).to, `${list}/tell-me`);
  const off = (await app.page(`${list}/tell-me`)).html;
  t.match(textOf(off, '.card-head .end'), /Off/);
  t.match(textOf(off, '.card-body .hint'), /not sent later/);
  await send('/ui/webhooks/tell-me/on', {});
  t.ok((await app.page(`${list}/tell-me`)).html.querySelector('#switch-off'));
  t.equal((await send('/ui/webhooks/tell-me/remove', {})).to, list);
  t.equal((await app.page(`${list}/tell-me`)).status, 404);
});

/** A third each: delivered, failed, and retrying in an hour. */
function addDeliveries(count: number): number[] {
  const repository = createDeliveryRepository(app.ops);
  const at = new Date().toISOString();
  const title = 'A title of 72 characters, of which a list shows its beginning, and more';
  const later = new Date(Date.now() + 3_600_000).toISOString();
  const kinds: { status: Exclude<DeliveryStatus, 'pending'>; error: string | null; answer: number }[] = [
    { status: 'delivered', error: null, answer: 200 },
    { status: 'failed', error: 'The answer was 404.', answer: 404 },
    { status: 'retrying', error: 'The answer was 503.', answer: 503 },
  ];
  const ids = app.ops.transaction(() => {
    createWebhookRepository(app.ops).setFailingSince('tell-me', at);
    return Array.from({ length: count }, (_, n) => {
      const body = JSON.stringify({ type: 'job.finished', timestamp: at, data: { detail: { title } } });
      const row = {
        webhook: 'tell-me',
        audit_id: 100_000 + n,
        event: 'job.finished',
        target: `job:${n + 1}`,
        body,
      };
      const id = repository.add(row, at) ?? 0;
      const { status, error, answer } = kinds[n % 3] as (typeof kinds)[number];
      const attempt = { at, ms: 12, status: answer, error, response: error && 'gone', by: null };
      const verdict = { status, nextAt: status === 'retrying' ? later : null };
      repository.addAttempt(id, attempt, verdict, at);
      return id;
    });
  })();
  app.bus.emit('deliveries');
  return ids;
}
