import fs from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import { readConfig } from '../../src/core/config.ts';
import { createRedactor } from '../../src/core/redaction.ts';
import { makeFolder } from '../support/folder.ts';

const token = `chl_${'aZ0_-'.repeat(8)}xyz`;

function open(t: Test, env: Record<string, string> = {}) {
  const root = makeFolder(t, { secrets: {} });
  let now = 0;
  const redactor = createRedactor(readConfig({ CHL_EXPERIENCE_ROOT: root, ...env }, root), () => now);
  const wait = () => {
    now += 10_000;
  };
  return { root, redactor, wait };
}

t.test('tokens and sessions are masked by their form alone', async (t) => {
  const { redactor } = open(t);
  t.equal(redactor.mask(`a ${token}, ${token.replace('chl', 'chs')}`), 'a [masked], [masked]');
  t.equal(redactor.mask(`%2F${token}x&a=1`), '%2F[masked]&a=1', 'also with characters around it');
  for (const other of ['chl_short', 'chl_session_8000', token.slice(0, -1)])
    t.equal(redactor.mask(other), other);
});

t.test('secrets of webhooks are masked by their form alone', async (t) => {
  const { redactor } = open(t);
  const secret = `whsec_${'aZ0/+'.repeat(8)}xyz=`;
  t.equal(redactor.mask(`a ${secret}, "${secret.slice(0, -1)}"`), 'a [masked], "[masked]"');
  for (const other of ['whsec_short', 'whsec_…', secret.slice(3)]) t.equal(redactor.mask(other), other);
});

t.test('the token of the environment is masked as text, in addresses and in HTML', async (t) => {
  const secret = `canary&<'"> 1`.padEnd(20, 'x').replaceAll(' ', '_');
  const { redactor } = open(t, { CHL_ACCESS_TOKEN: secret });
  const inHtml = secret
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
  for (const text of [secret, encodeURIComponent(secret), inHtml, JSON.stringify(secret)])
    t.notMatch(redactor.mask(`before ${text} after`), 'canary', text);
});

t.test(
  'the user and the password of an address are masked in what is kept, not in what is shown',
  async (t) => {
    const { redactor } = open(t);
    const written = 'at http://ada:pa:ss@b.test/x?y, z@b';
    t.equal(redactor.record(written), 'at http://[masked]@b.test/x?y, z@b');
    t.equal(redactor.mask(written), written);
    for (const other of ['http://b.test:80/a@b', 'mailto:a@b.test', 'see https://a/b and c@d'])
      t.equal(redactor.record(other), other);
  },
);

t.test('words are not masked, although they are a password', async (t) => {
  const { redactor } = open(t, { https_proxy: 'http://operator:settings@proxy.test' });
  t.equal(redactor.mask('settings of an operator'), 'settings of an operator');
  t.equal(redactor.mask('http://operator:settings@proxy.test'), 'http://[masked]@proxy.test');
});

t.test('the user of a proxy is a name like any other', async (t) => {
  const { redactor } = open(t, { HTTPS_PROXY: 'http://john.smith:s3cret-word@proxy.test' });
  t.equal(redactor.mask('/tmp/john.smith/k of john.smith'), '/tmp/john.smith/k of john.smith');
  t.equal(redactor.mask('s3cret-word, john.smith:s3cret-word'), '[masked], [masked]');
});

t.test('a value without an end of its nesting is refused', async (t) => {
  const { redactor } = open(t);
  const nested = (depth: number) => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`);
  t.strictSame(redactor.maskAll(nested(90)), nested(90));
  t.throws(() => redactor.maskAll(nested(400_000)), { code: 'bad_request', message: /nested/ });
});

t.test('a key that is added later is masked soon, and at once when it is announced', async (t) => {
  const { root, redactor, wait } = open(t);
  const addKey = (name: string, key: string) => fs.writeFileSync(path.join(root, 'secrets', name), key);
  t.equal(redactor.mask('sk-canary-0001'), 'sk-canary-0001');
  addKey('one.key', 'sk-canary-0001\n');
  wait();
  t.equal(redactor.mask('sk-canary-0001'), '[masked]');
  addKey('two.json', JSON.stringify({ private_key: '-----BEGIN-----\ncanary-in-a-long-line-of-it\n' }));
  redactor.refresh();
  t.notMatch(redactor.mask('{"a":"-----BEGIN-----\\ncanary-in-a-long-line-of-it\\n"}'), 'canary');
  redactor.add(() => ['canary-of-a-feature']);
  redactor.refresh();
  t.equal(redactor.mask('canary-of-a-feature'), '[masked]');
});

t.test(
  'a JSON value keeps its names, numbers and nulls; one without secrets is given back itself',
  async (t) => {
    const { redactor } = open(t);
    t.strictSame(redactor.maskAll({ a: [token, 1, null], chl: { b: `x ${token}` } }), {
      a: ['[masked]', 1, null],
      chl: { b: 'x [masked]' },
    });
    const plain = { a: [1, { b: 'c' }], d: null };
    t.equal(redactor.maskAll(plain), plain);
  },
);

t.test(
  'a source that fails keeps its former secrets, and is read again; the others are masked',
  async (t) => {
    const { root, redactor, wait } = open(t, { CHL_ACCESS_TOKEN: 'canary-of-the-environment' });
    fs.symlinkSync('loop.key', path.join(root, 'secrets', 'loop.key'));
    fs.writeFileSync(path.join(root, 'secrets', 'one.key'), 'sk-canary-0001');
    fs.writeFileSync(path.join(root, 'secrets', 'two.key'), 'sk-canary-0002');
    let isFailing = false;
    let secret = 'canary-of-a-feature';
    redactor.add(() => {
      if (isFailing) throw new Error('EMFILE');
      return [secret];
    });
    const masked = (text: string) => t.equal(redactor.mask(text), '[masked]', text);
    masked('canary-of-the-environment');
    masked('sk-canary-0001');
    masked(secret);
    isFailing = true;
    fs.rmSync(path.join(root, 'secrets', 'one.key'));
    fs.symlinkSync('one.key', path.join(root, 'secrets', 'one.key'));
    fs.writeFileSync(path.join(root, 'secrets', 'two.key'), 'sk-canary-0003');
    wait();
    masked('sk-canary-0001');
    masked('sk-canary-0003');
    masked('canary-of-a-feature');
    isFailing = false;
    secret = 'canary-of-later';
    wait();
    masked(secret);
  },
);
