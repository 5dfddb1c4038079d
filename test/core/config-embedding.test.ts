import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { childEnvironment } from '../../src/core/config.ts';
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
