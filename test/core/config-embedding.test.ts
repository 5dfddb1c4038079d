import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { childEnvironment } from '../../src/core/config.ts';
import { createRedactor } from '../../src/core/redaction.ts';
import { read, refusal } from '../support/settings.ts';
import { makeFolder } from '../support/folder.ts';

const service = { CHL_EMBEDDING_URL: 'https://host/v1', CHL_EMBEDDING_MODEL: 'm' };
const refusalOf = (url: string) => refusal({ ...service, CHL_EMBEDDING_URL: url });

t.test('an embedding service needs both URL and model', async (t) => {
  t.match(refusal({ CHL_EMBEDDING_MODEL: 'm' }), /^CHL_EMBEDDING_MODEL is set, but CHL_EMBEDDING_URL is not/);
  t.match(refusal({ CHL_EMBEDDING_KEY_FILE: 'k' }), /^CHL_EMBEDDING_KEY_FILE is set, but CHL_EMBEDDING_URL/);
  t.match(refusal({ CHL_EMBEDDING_URL: 'http://h' }), /CHL_EMBEDDING_MODEL is not. Set it to the name/);
  t.equal(read({ ...service, CHL_EMBEDDING_URL: ' https://host/v1 ' }).embedding?.url, 'https://host/v1');
});

t.test('an address that cannot be asked is refused by what it should be, without a secret', async (t) => {
  const address =
    /^CHL_EMBEDDING_URL is ".*"; allowed: an http or https address with a valid host and port, e\.g\. /;
  const query =
    /^CHL_EMBEDDING_URL is "http:\/\/host\/v1…"; allowed: an address without \? .*CHL_EMBEDDING_KEY_FILE/;
  const login = /^CHL_EMBEDDING_URL contains a user or a password\. .*CHL_EMBEDDING_KEY_FILE/;
  for (const [expected, ...urls] of [
    [address, 'host:80', '/v1', 'file:///v1?a=b', 'unix:/run/e', 'http://[fe80::1%eth0]:1', 'http://h:99999'],
    [query, 'http://host/v1?a=b', 'http://host/v1?key=hunter2', 'http://host/v1#hunter2', 'http://host/v1?'],
    [login, 'htp://me:hunter2@host:port', 'https://me:hunter2@host', 'https://hunter2@host'],
  ] as [RegExp, ...string[]][]) {
    for (const url of urls) {
      t.match(refusalOf(url), expected, url);
      t.notMatch(refusalOf(url), /hunter2/);
    }
  }
});

t.test('its key file is not read with the settings', async (t) => {
  const keyFile = path.join(makeFolder(t), 'key');
  const withKey = { ...service, CHL_EMBEDDING_KEY_FILE: keyFile };
  fs.writeFileSync(keyFile, 'sk-secret', { mode: 0o640 });
  const config = read(withKey);
  t.same(config.embedding, { url: 'https://host/v1', model: 'm', keyFile, network: {} });
  t.notMatch(JSON.stringify(config), /sk-secret/);
  t.match(childEnvironment(config, {}), withKey, 'a child reads the same');
});

t.test('a queue is refused unless texts and password are safe on the way there', async (t) => {
  const given = (queue: string) => read({ CHL_EMBEDDING_QUEUE: queue });
  const secret = 'a-password-of-redis';
  for (const queue of [
    'redis://127.0.0.1',
    'redis://localhost:6380/3',
    `redis://u:${secret}@[::1]:6379`,
    `rediss://:${secret}@box.lan:6380/0`,
    `redis://:${secret}@10.0.0.1?insecure`,
  ])
    t.equal(given(queue).embeddingQueue, queue);
  for (const [queue, words] of [
    [`http://:${secret}@box.lan`, /is not an address of Redis; allowed: rediss:/],
    [`redis://:${secret}%zz@box.lan`, /is not an address of Redis.*special characters.*%XX/],
    ['rediss://box.lan', /names box\.lan, another machine, but no password/],
    [
      `redis://:${secret}@box.lan`,
      /to box\.lan without encryption\. Use rediss:\/\/ \(TLS\), or add \?insecure/,
    ],
    [`rediss://:${secret}@box.lan/name`, /has a path/],
    [`rediss://:${secret}@box.lan?tls=0`, /has a query/],
  ] as const) {
    const line = refusal({ CHL_EMBEDDING_QUEUE: queue });
    t.match(line, words);
    t.notMatch(line, secret);
  }
  const config = given(`redis://:${secret}@127.0.0.1`);
  t.notOk('CHL_EMBEDDING_QUEUE' in childEnvironment(config, {}), 'a custom operation does not get it');
  t.equal(createRedactor(config).mask(`at redis://:${secret}@127.0.0.1`), 'at redis://[masked]@127.0.0.1');
});
