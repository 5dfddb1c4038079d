// Webhooks are added, changed, rotated and removed, each with one audit row; refused edits change nothing.
import t from 'tap';
import { readProblems } from '../../src/core/arguments.ts';
import type { AppError } from '../../src/core/errors.ts';
import { anna, hourMs, openWebhookStore } from '../support/webhooks.ts';

const url = 'http://127.0.0.1:9000/hook';
const value = { url, events: ['job.*', 'job.*', 'tell-me'], is_on: true };

t.test('a new webhook has a secret, and begins with the next event', async (t) => {
  const store = openWebhookStore(t);
  const { webhookEdits, audited, webhookSecrets, audit, bus } = store;
  audit.record({ event: 'server.started', outcome: 'ok', by: anna });
  let heard = 0;
  bus.on('webhooks', () => {
    heard += 1;
  });
  const { webhook, secret, isNew } = await webhookEdits.save('chat', value, anna, { reason: 'for the team' });
  t.ok(isNew);
  t.equal(heard, 1);
  t.match(webhook, {
    name: 'chat',
    url,
    events: ['job.*', 'tell-me'],
    is_on: true,
    cursor: 1,
    secret_by: 'anna',
  });
  t.strictSame(webhookSecrets.read('chat'), [secret]);
  const [row, ...more] = audited();
  t.strictSame(more, []);
  const after = { url, events: ['job.*', 'tell-me'], is_on: true };
  t.match(row, { event: 'webhook.changed', actor: 'anna', outcome: 'ok', reason: 'for the team' });
  t.strictSame(row?.detail, { before: null, after });
  t.notMatch(JSON.stringify(store.ops.prepare('SELECT * FROM audit').all()), secret ?? 'none');
});

t.test('a change keeps the secret and what is not given', async (t) => {
  const { webhookEdits, audited, files } = openWebhookStore(t);
  const { secret } = await webhookEdits.save('chat', value, anna);
  const changed = await webhookEdits.save('chat', { events: ['*'] }, anna);
  t.match(changed, { secret: null, isNew: false, webhook: { url, events: ['*'], is_on: true } });
  await webhookEdits.save('chat', { events: ['*'] }, anna);
  t.equal(audited().length, 2, 'nothing has changed');
  t.strictSame(files(), ['webhook-chat']);
  t.ok(secret);
});

t.test('the query of an address is not in the audit log', async (t) => {
  const { webhookEdits, audited } = openWebhookStore(t);
  await webhookEdits.save('chat', { ...value, url: `${url}?key=geheim1` }, anna);
  await webhookEdits.save('chat', { url: `${url}?key=geheim2` }, anna);
  await webhookEdits.save('chat', { url }, anna);
  await t.rejects(webhookEdits.save('chat', { url: 'http://a:geheim3@127.0.0.1/?geheim4' }, anna));
  t.notMatch(JSON.stringify(audited()), 'geheim');
  t.match(audited()[1]?.detail, {
    before: { url: `${url}?…`, end_of_url: 'set' },
    after: { url: `${url}?…`, end_of_url: 'changed' },
  });
  t.match(audited()[2]?.detail, { before: { end_of_url: 'set' }, after: { url, end_of_url: 'not set' } });
  t.match(audited()[3], { outcome: 'refused', detail: { asked: { url: 'http://127.0.0.1/?…' } } });
  const path = `${url}/geheim5`;
  await webhookEdits.save('path', { ...value, url: path }, anna);
  t.match(audited()[4]?.detail, { after: { url: `${url}/…`, end_of_url: 'set' } });
  t.notMatch(JSON.stringify(audited()), 'geheim');
  await t.rejects(webhookEdits.save('path', { url: `${url}/…` }, anna), { code: 'invalid_arguments' });
});

t.test('one that is switched on again begins with the next event', async (t) => {
  const { webhookEdits, webhookRepository, audit, audited } = openWebhookStore(t);
  await webhookEdits.save('chat', value, anna);
  webhookRepository.setFailingSince('chat', '2026-11-30T12:00:00.000Z');
  await webhookEdits.switchOff('chat', 'It answered 410 Gone.');
  t.match(webhookEdits.find('chat'), { is_on: false, off_why: 'It answered 410 Gone.', cursor: 0 });
  t.match(audited().at(-1), { event: 'webhook.switched_off', actor: 'system', outcome: 'ok' });
  await webhookEdits.switchOff('chat', 'twice');
  await webhookEdits.switchOff('nothing', 'gone');
  t.equal(audited().length, 2);
  audit.record({ event: 'server.started', outcome: 'ok', by: anna });
  const { webhook } = await webhookEdits.save('chat', { is_on: true }, anna);
  t.match(webhook, { is_on: true, off_why: null, failing_since: null, cursor: 3 });
});

t.test('one whose host is gone can still be switched off', async (t) => {
  const { webhookEdits, names } = openWebhookStore(t);
  await webhookEdits.save('chat', { ...value, url: 'https://hooks.example.org/in' }, anna);
  names['hooks.example.org'] = [];
  await t.rejects(
    webhookEdits.save('chat', { events: ['*'] }, anna),
    /There is no address of hooks.example.org/,
  );
  t.match(await webhookEdits.save('chat', { is_on: false }, anna), { webhook: { is_on: false } });
});

t.test('all faults come at once, and nothing is left', async (t) => {
  const { webhookEdits, audited, files, busy } = openWebhookStore(t);
  const wrong = { url: 'ftp://x', events: ['job.x', 'job.*', 'y'], is_on: 'yes' };
  const error: AppError = await webhookEdits.save('Chat!', wrong, anna).catch((thrown) => thrown);
  t.strictSame(
    readProblems(error).problems.map(({ field }) => field),
    ['name', 'url', 'events', 'events', 'is_on'],
  );
  await t.rejects(webhookEdits.save('chat', {}, anna), { code: 'invalid_arguments' });
  t.match(audited(), [{ outcome: 'refused', detail: { code: 'invalid_arguments' } }, { outcome: 'refused' }]);
  busy.is = true;
  await t.rejects(webhookEdits.save('chat', value, anna), { code: 'SQLITE_BUSY' });
  t.strictSame(files(), [], 'the secret of a row that was not written');
});

t.test('a save never replaces what its author has not seen', async (t) => {
  const { webhookEdits, clock } = openWebhookStore(t);
  await t.rejects(webhookEdits.save('chat', value, anna, { ifMatch: '"x"' }), { code: 'edit_conflict' });
  await t.rejects(webhookEdits.save('chat', value, anna, { shown: { url } }), { code: 'not_found' });
  await webhookEdits.save('chat', value, anna);
  await t.rejects(webhookEdits.save('chat', value, anna, { mustBeNew: true }), { code: 'invalid_arguments' });
  const tag = webhookEdits.etag('chat');
  const shown = { url, events: 'job.*, tell-me', is_on: 'true' };
  clock.ms += hourMs;
  await webhookEdits.save('chat', { events: ['*'] }, { ...anna, actor: 'ben' }, { ifMatch: tag, shown });
  await t.rejects(webhookEdits.save('chat', value, anna, { ifMatch: tag }), { code: 'edit_conflict' });
  const why = /Events: Changed by ben 0 s ago from job.\*, tell-me to \*/;
  await t.rejects(webhookEdits.save('chat', value, anna, { shown }), { code: 'edit_conflict', message: why });
});

t.test('a rotation needs a reason, and both secrets sign for a day unless it is at once', async (t) => {
  const { webhookEdits, webhookSecrets, audited, clock } = openWebhookStore(t);
  const { secret: first } = await webhookEdits.save('chat', value, anna);
  const why = { reason: 'it has leaked' };
  await t.rejects(webhookEdits.rotate('chat', { atOnce: false }, anna, {}), {
    code: 'confirmation_required',
  });
  await t.rejects(webhookEdits.rotate('none', { atOnce: false }, anna, why), { code: 'not_found' });
  const { secret, webhook } = await webhookEdits.rotate('chat', { atOnce: false }, anna, why);
  t.equal(webhook.old_secret_until, '2026-12-01T12:00:00.000Z');
  t.strictSame(webhookSecrets.read('chat'), [secret, first]);
  clock.ms += 24 * hourMs;
  t.strictSame(webhookSecrets.read('chat'), [secret]);
  const last = await webhookEdits.rotate('chat', { atOnce: true }, anna, why);
  t.strictSame(webhookSecrets.read('chat'), [last.secret]);
  t.match(audited().slice(1), [
    { event: 'webhook.rotated', outcome: 'refused' },
    { event: 'webhook.rotated', outcome: 'refused' },
    { event: 'webhook.rotated', outcome: 'ok', reason: 'it has leaked', detail: { at_once: false } },
    { event: 'webhook.rotated', outcome: 'ok', detail: { at_once: true } },
  ]);
  t.notMatch(JSON.stringify(audited()), 'whsec_');
});

t.test('rotations at the same time leave the secret of the last', async (t) => {
  const { webhookEdits, webhookSecrets, files } = openWebhookStore(t);
  await webhookEdits.save('chat', value, anna);
  const rotate = () => webhookEdits.rotate('chat', { atOnce: false }, anna, { reason: 'several' });
  const [, two, three] = await Promise.all([rotate(), rotate(), rotate()]);
  t.strictSame(webhookSecrets.read('chat'), [three.secret, two.secret]);
  t.strictSame(files(), ['webhook-chat', 'webhook-chat.old']);
});

t.test('a removed webhook leaves no delivery, attempt or secret', async (t) => {
  const { webhookEdits, ops, files, audited } = openWebhookStore(t);
  await webhookEdits.save('chat', value, anna);
  await webhookEdits.save('other', value, anna);
  const added = ops.prepare(`
    INSERT INTO webhook_delivery (webhook, audit_id, event, body, status, created_at) VALUES (?, 1, 'x', '{}', 'failed', '')
  `);
  for (const name of ['chat', 'other']) {
    const { lastInsertRowid } = added.run(name);
    ops
      .prepare(`INSERT INTO webhook_attempt (delivery, webhook, n, at, ms) VALUES (?, ?, 1, '', 1)`)
      .run(lastInsertRowid, name);
  }
  await webhookEdits.remove('chat', anna, { reason: 'no longer used' });
  await t.rejects(webhookEdits.remove('chat', anna), { code: 'not_found' });
  t.throws(() => webhookEdits.find('chat'), { code: 'not_found' });
  t.strictSame(files(), ['webhook-other']);
  const count = (table: string) => ops.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
  t.strictSame([count('webhook_delivery'), count('webhook_attempt')], [1, 1]);
  added.run('chat');
  await webhookEdits.save('chat', value, anna);
  t.equal(count('webhook_delivery'), 1, 'a new one of that name does not get what a kill has left');
  await webhookEdits.remove('chat', anna, { reason: 'no longer used' });
  t.match(audited().at(-1), {
    event: 'webhook.removed',
    reason: 'no longer used',
    detail: { before: { url } },
  });
});

t.test('there are at most fifty', async (t) => {
  const { webhookEdits } = openWebhookStore(t);
  for (let n = 0; n < 50; n += 1) await webhookEdits.save(`chat-${n}`, value, anna);
  await t.rejects(webhookEdits.save('one-more', value, anna), { code: 'wrong_state' });
});
