import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { readConfig } from '../../src/core/config.ts';
import { maskerFor, readSecrets, secretForms, secretsIn } from '../../src/core/secrets.ts';
import { makeFolder } from '../support/folder.ts';

const pem = [
  '-----BEGIN PRIVATE KEY-----',
  'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj',
  'MzEfYyjiWA4R4/M2bS1GB4t7NXp98C3SC6dVMvDuictGeurT8jNbvJZHtCSuYEvu',
  'short',
  '-----END PRIVATE KEY-----',
].join('\n');

const hide = (secret: string, text: string) => maskerFor([secret]).text(text);

t.test('a secret is masked plain, JSON-escaped and in base64 at any position', async (t) => {
  const secret = 'pass"word\\né';
  t.equal(hide(secret, `a ${secret} b`), 'a [masked] b');
  t.equal(hide(secret, JSON.stringify({ a: secret })), '{"a":"[masked]"}');
  for (const before of ['', 'x', 'xy', 'xyz']) {
    const code = Buffer.from(`${before}${secret}~end`).toString('base64');
    const masked = hide(secret, code);
    t.match(masked, '[masked]', `after ${before.length} bytes`);
    const shown = Buffer.from(masked.replace('[masked]', ''), 'base64').toString('latin1');
    t.notMatch(shown, /word/);
  }
  t.equal(
    hide('??>>secret??>>', Buffer.from('??>>secret??>>').toString('base64url')).includes('Pz8-PnNl'),
    false,
  );
});

t.test('a secret is masked in every percent-encoding', async (t) => {
  const secret = "Canary/Pa@s+w&rd=(é)*~'4 2!";
  const strict = [...Buffer.from(secret)]
    .map((byte) => String.fromCharCode(byte))
    .map((one) => (/[A-Za-z0-9_.~-]/.test(one) ? one : `%${one.charCodeAt(0).toString(16).toUpperCase()}`))
    .join('');
  const encoded = [
    encodeURIComponent(secret),
    encodeURI(secret),
    new URLSearchParams({ a: secret }).toString().slice(2),
    strict,
    strict.replaceAll('%2F', '/'),
    strict.replaceAll('%20', '+'),
    strict.replace(/%(?:21|27|28|29|2A)/g, decodeURIComponent),
  ];
  for (const one of encoded) {
    t.equal(hide(secret, `a=${one}&b`), 'a=[masked]&b', one);
    const lower = one.replace(/%../g, (code) => code.toLowerCase());
    t.equal(hide(secret, `a=${lower}&b`), 'a=[masked]&b', lower);
  }
  t.equal(hide('{"password": "half a pair: \\ud800"}', 'half a pair'), 'half a pair', 'without an encoding');
});

t.test('each long line of a key file is masked separately', async (t) => {
  t.equal(hide(`${pem}\n`, `key:\n${pem}\n`), 'key:\n[masked]\n');
  for (const line of pem.split('\n').slice(1, 3)) t.equal(hide(pem, `> ${line} <`), '> [masked] <');
  t.equal(hide(pem, 'a short word'), 'a short word');
  t.equal(hide(pem, JSON.stringify(pem)), '"[masked]"');
  const wrapped = (
    Buffer.from(pem)
      .toString('base64')
      .match(/.{1,76}/g) ?? []
  ).join('\n');
  t.match(hide(pem, wrapped), /^(\[masked\]\n)+/, 'as the base64 command prints it');
});

t.test('the key of a service account is masked, but not its name', async (t) => {
  const account = JSON.stringify({
    type: 'service_account',
    client_email: 'bot@example.com',
    private_key: pem,
  });
  const text = `bot@example.com uses ${pem.split('\n')[1]}`;
  t.equal(hide(account, text), 'bot@example.com uses [masked]');
});

t.test('what every key file has is no secret', async (t) => {
  const account = JSON.stringify(
    {
      type: 'service_account',
      private_key: pem,
      token_uri: 'https://oauth2.googleapis.com/token',
      deep: { client_secret: 'canary-deep-inside' },
    },
    null,
    2,
  );
  for (const text of [
    'at https://oauth2.googleapis.com/token',
    '  "type": "service_account",',
    '-----BEGIN PRIVATE KEY-----',
    '-----END PRIVATE KEY-----',
  ])
    for (const secret of [account, pem]) t.equal(hide(secret, text), text);
  t.equal(hide(account, 'canary-deep-inside'), '[masked]');
  t.equal(hide(account, account), '[masked]');
  const registry = '{"auths": {\n"canary-of-a-registry": 1\n}}';
  t.equal(hide(registry, 'x "canary-of-a-registry": 1'), 'x [masked]', 'without such names: its lines');
});

t.test('a large key file makes a limited number of patterns', async (t) => {
  const members = Object.fromEntries(
    Array.from({ length: 18_000 }, (_, at) => [`m${at}`, `value of member ${at}`]),
  );
  const account = JSON.stringify({ ...members, private_key: pem }, null, 1);
  t.ok(secretForms(account).length <= 2000);
  t.equal(hide(account, 'value of member 7'), 'value of member 7');
  t.equal(hide(account, pem), '[masked]');
  const lines = Array.from({ length: 9000 }, (_, at) => `a line of a bundle ${at}`).join('\n');
  t.ok(secretForms(lines).length <= 2000);
  t.equal(hide(lines, lines), '[masked]', 'the whole comes first');
});

t.test('strings in a JSON value are masked at any depth; numbers and shape stay', async (t) => {
  const { value } = maskerFor(['hunter2hunter2']);
  t.strictSame(
    value({ n: 1, list: ['hunter2hunter2', null, true], 'hunter2hunter2 key': { deep: 'x hunter2hunter2' } }),
    {
      n: 1,
      list: ['[masked]', null, true],
      '[masked] key': { deep: 'x [masked]' },
    },
  );
});

t.test('a text shorter than six bytes is not masked, because it would hide ordinary words', async (t) => {
  t.equal(hide('abc', 'abc abc'), 'abc abc');
});

t.test(
  'the files that variables named …_FILE point to are secrets; other variables and missing files are not',
  async (t) => {
    const folder = makeFolder(t, { token: 'token-of-the-report\n', other: 'not read', empty: '' });
    const environment = {
      REPORT_TOKEN_FILE: `${folder}/token`,
      OTHER: `${folder}/other`,
      API_TOKEN: 'value-of-the-token',
      MISSING_FILE: `${folder}/missing`,
      FOLDER_FILE: folder,
      EMPTY_FILE: `${folder}/empty`,
    };
    const secrets = secretsIn(environment, Object.keys(environment));
    t.strictSame(secrets, ['token-of-the-report\n', 'value-of-the-token']);
    t.equal(
      maskerFor(secrets).text('uses token-of-the-report'),
      'uses [masked]',
      'without the final line feed',
    );
  },
);

t.test('variables with other names of secrets, and logins in addresses, are secrets', async (t) => {
  const environment = {
    DB_PASS: 'canary-pass',
    PASSWD: 'canary-passwd',
    DB_PWD: 'canary-pwd',
    GITHUB_PAT: 'canary-pat',
    BASIC_AUTH: 'canary-auth',
    AWS_CREDENTIALS: 'canary-credentials',
    SENTRY_DSN: 'canary-dsn',
    DATABASE_URL: 'postgres://app:canary%40word@db.test/x',
    REPOSITORY: 'https://canary-alone@git.test/x',
    PATH: '/usr/bin:/bin',
    PWD: '/home/ada/work',
    GIT_AUTHOR_NAME: 'Ada Lovelace',
    PATTERN: 'a.*b.*c.*d',
    PAGE: 'https://docs.test/a@b',
  };
  t.strictSame(secretsIn(environment, Object.keys(environment)), [
    'canary-pass',
    'canary-passwd',
    'canary-pwd',
    'canary-pat',
    'canary-auth',
    'canary-credentials',
    'canary-dsn',
    'app:canary%40word',
    'canary%40word',
    'app:canary@word',
    'canary@word',
    '//canary-alone@',
  ]);
});

t.test('the password of the queue is masked in every operation', (t) => {
  const queue = { CHL_EMBEDDING_QUEUE: 'rediss://chl:canary-of%40redis@box.lan:6380' };
  for (const script of ['index', { command: ['true'] as [string], env: [] }]) {
    const masker = maskerFor(readSecrets(readConfig(queue, '/'), { script }));
    for (const secret of ['canary-of%40redis', 'canary-of@redis']) t.equal(masker.text(secret), '[masked]');
  }
  t.end();
});

t.test('the key of the embedding service is masked in every operation', async (t) => {
  const keyFile = path.join(makeFolder(t), 'key');
  fs.writeFileSync(keyFile, 'sk-very-secret', { mode: 0o600 });
  const service = {
    CHL_EMBEDDING_URL: 'http://host',
    CHL_EMBEDDING_MODEL: 'm',
    CHL_EMBEDDING_KEY_FILE: keyFile,
  };
  const custom = { command: ['true'] as [string], env: [] };
  for (const script of ['index', custom]) {
    t.same(readSecrets(readConfig(service, '/'), { script }), ['sk-very-secret']);
    t.same(readSecrets(readConfig({}, '/'), { script }), []);
  }
});
