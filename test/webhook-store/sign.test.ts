// Signatures, as receivers verify them with the library of Standard Webhooks.
import { Webhook } from 'standardwebhooks';
import t from 'tap';
import { isSecret, newSecret } from '../../src/webhook-store/secret.ts';
import { sign } from '../../src/webhook-store/sign.ts';

const body = JSON.stringify({ type: 'job.finished', data: { text: 'Größe “7”' } });
const timestamp = Math.floor(Date.now() / 1000);
const headersWith = (secrets: string[], id = 'evt_7') => ({
  'webhook-id': id,
  'webhook-timestamp': String(timestamp),
  'webhook-signature': sign({ id, timestamp, body }, secrets),
});

t.test('a receiver verifies the signature', async (t) => {
  const secret = newSecret();
  const receiver = new Webhook(secret);
  const headers = headersWith([secret]);
  t.equal(headers['webhook-signature'], receiver.sign('evt_7', new Date(timestamp * 1000), body));
  t.match(receiver.verify(body, headers), { type: 'job.finished' });
  t.throws(() => receiver.verify(`${body} `, headers), /No matching signature/);
  t.throws(() => receiver.verify(body, { ...headers, 'webhook-id': 'evt_8' }), /No matching signature/);
});

t.test('during a rotation receivers with either secret verify it', async (t) => {
  const [fresh, former] = [newSecret(), newSecret()];
  const headers = headersWith([fresh, former]);
  t.match(headers['webhook-signature'], /^v1,\S+ v1,\S+$/);
  for (const secret of [fresh, former]) t.ok(new Webhook(secret).verify(body, headers));
  t.throws(() => new Webhook(newSecret()).verify(body, headers), /No matching signature/);
});

t.test('a secret has 32 random bytes', async (t) => {
  const secret = newSecret();
  t.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
  t.not(secret, newSecret());
  t.ok(isSecret(secret));
  for (const other of ['', 'whsec_', secret.slice(0, -4), secret.slice(6)]) t.notOk(isSecret(other), other);
});
