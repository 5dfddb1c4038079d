// The files of secrets: their modes, rotations, and what a crash leaves at each step.
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { hourMs, openWebhookStore, startedAt, webhookRow } from '../support/webhooks.ts';

const later = '2026-11-30T13:00:00.000Z';
const tomorrow = '2026-12-01T13:00:00.000Z';

t.test('a secret is a file for this user alone', async (t) => {
  const { webhookRepository, webhookSecrets, folder, files } = openWebhookStore(t);
  const staged = { name: 'chat', at: startedAt };
  const secret = await webhookSecrets.stage(staged);
  t.strictSame(files(), ['webhook-chat.next-20261130120000000']);
  webhookRepository.put(webhookRow('chat'));
  t.strictSame(webhookSecrets.read('chat'), [], 'a staged secret does not sign');
  await webhookSecrets.adopt(staged, false);
  t.strictSame(files(), ['webhook-chat']);
  t.strictSame(webhookSecrets.read('chat'), [secret]);
  t.equal(fs.statSync(path.join(folder, 'webhook-chat')).mode & 0o777, 0o600);
  t.equal(fs.statSync(folder).mode & 0o777, 0o700);
  fs.writeFileSync(path.join(folder, 'webhook-chat'), 'whsec_cut');
  t.strictSame(webhookSecrets.read('chat'), [], 'a file without a whole secret');
  webhookSecrets.remove('chat');
  t.strictSame(files(), []);
  t.strictSame(webhookSecrets.read('chat'), []);
});

t.test('the former secret signs for its time, then its file is removed', async (t) => {
  const { webhookRepository, webhookSecrets, files, clock } = openWebhookStore(t);
  const rotate = async (at: string, until: string | null) => {
    const secret = await webhookSecrets.stage({ name: 'chat', at });
    webhookRepository.put(webhookRow('chat', { secret_at: at, old_secret_until: until }));
    await webhookSecrets.adopt({ name: 'chat', at }, until !== null);
    return secret;
  };
  const one = await rotate(startedAt, null);
  const two = await rotate(later, tomorrow);
  t.strictSame(webhookSecrets.read('chat'), [two, one]);
  const three = await rotate('2026-11-30T14:00:00.000Z', tomorrow);
  t.strictSame(webhookSecrets.read('chat'), [three, two], 'only the last two');
  clock.ms += 25 * hourMs;
  t.strictSame(webhookSecrets.read('chat'), [three]);
  t.strictSame(files(), ['webhook-chat', 'webhook-chat.old'], 'a read removes nothing');
  webhookSecrets.tidy();
  t.strictSame(files(), ['webhook-chat']);
  clock.ms -= 25 * hourMs;
  await rotate('2026-11-30T15:00:00.000Z', tomorrow);
  const five = await rotate('2026-11-30T16:00:00.000Z', null);
  t.strictSame(webhookSecrets.read('chat'), [five], 'at once');
  t.strictSame(files(), ['webhook-chat']);
});

t.test('a start finishes what a crash has interrupted', async (t) => {
  const { webhookRepository, webhookSecrets, files, folder } = openWebhookStore(t);
  const stage = (name: string, at: string) => webhookSecrets.stage({ name, at });
  const place = (name: string, file: string) =>
    fs.renameSync(path.join(folder, `webhook-${name}.next-20261130120000000`), path.join(folder, file));
  webhookRepository.put(webhookRow('kept'));
  const kept = await stage('kept', startedAt);
  await webhookSecrets.adopt({ name: 'kept', at: startedAt }, false);
  await stage('kept', later);
  t.equal(webhookSecrets.read('kept')[0], kept);

  webhookRepository.put(webhookRow('rotated', { secret_at: later, old_secret_until: tomorrow }));
  const before = await stage('rotated', startedAt);
  place('rotated', 'webhook-rotated');
  const after = await stage('rotated', later);

  webhookRepository.put(webhookRow('half', { secret_at: later, old_secret_until: tomorrow }));
  const old = await stage('half', startedAt);
  place('half', 'webhook-half.old');
  const half = await stage('half', later);

  await stage('never', startedAt);
  const mine = ['google-20261130T120000Z-abcd.json', 'webhook-Notes.txt', 'other.key'];
  for (const file of mine) fs.writeFileSync(path.join(folder, file), 'x');
  fs.writeFileSync(path.join(folder, 'webhook-gone'), 'x');
  fs.writeFileSync(path.join(folder, 'webhook-kept.old'), 'x');

  webhookSecrets.recover();
  t.strictSame(webhookSecrets.read('kept'), [kept], 'a rotation without its row has not happened');
  t.strictSame(webhookSecrets.read('rotated'), [after, before]);
  t.strictSame(webhookSecrets.read('half'), [half, old]);
  t.strictSame(
    files(),
    [
      ...mine,
      'webhook-gone.orphan-20261130120000000',
      'webhook-never.next-20261130120000000.orphan-20261130120000000',
      'webhook-kept',
      'webhook-rotated',
      'webhook-rotated.old',
      'webhook-half',
      'webhook-half.old',
    ].sort(),
  );
});

t.test('an empty ops.db removes no secret; they sign again with their rows', async (t) => {
  const { webhookRepository, webhookSecrets, files, clock } = openWebhookStore(t);
  const add = async (name: string, at: string) => {
    const secret = await webhookSecrets.stage({ name, at });
    webhookRepository.put(webhookRow(name, { secret_at: at, old_secret_until: tomorrow }));
    await webhookSecrets.adopt({ name, at }, true);
    return secret;
  };
  const one = await add('chat', startedAt);
  const two = await add('chat', later);
  const other = await add('other', startedAt);
  for (const name of ['chat', 'other']) webhookRepository.remove(name);
  webhookSecrets.recover();
  t.strictSame(files().length, 3);
  t.strictSame(webhookSecrets.read('chat'), []);
  webhookRepository.put(webhookRow('chat', { old_secret_until: tomorrow }));
  webhookSecrets.recover();
  t.strictSame(webhookSecrets.read('chat'), [two, one]);
  webhookRepository.remove('chat');
  webhookSecrets.remove('chat');
  t.strictSame(files(), ['webhook-other.orphan-20261130120000000']);
  clock.ms += 30 * 24 * hourMs;
  webhookSecrets.recover();
  t.equal(files().length, 1);
  clock.ms += 1;
  webhookSecrets.tidy();
  t.strictSame(files(), []);
  t.match(other, /^whsec_/);
});
