// The settings of Google: the key file, the address, and which processes get them.
import fs from 'node:fs';
import t from 'tap';
import { childEnvironment, readConfig } from '../../src/core/config.ts';
import { googleEnvironment } from '../../src/core/config-google.ts';
import type { AppError } from '../../src/core/errors.ts';
import { maskerFor, readSecrets } from '../../src/core/secrets.ts';
import { declaredOperations } from '../../src/declared-operations.ts';
import { openSpreadsheet } from '../../src/google/spreadsheet.ts';
import { bookId, googleSettings } from '../support/google.ts';

t.test('a key that cannot be used is refused with what to do', async (t) => {
  const address = 'http://127.0.0.1:9/';
  const settings = googleSettings(t, address);
  const keyFile = settings.CHL_GOOGLE_KEY_FILE ?? '';
  const refusalOf = (environment: Record<string, string>): AppError => {
    const { google } = readConfig(environment, '/');
    try {
      openSpreadsheet({ ...google, onWait() {} }, bookId);
    } catch (error) {
      return error as AppError;
    }
    throw new Error('It was not refused.');
  };
  t.match(refusalOf({}).message, /^No key is set\. Add .*or set CHL_GOOGLE_KEY_FILE/);
  fs.chmodSync(keyFile, 0o640);
  t.match(refusalOf(settings).message, /other users have access\. Run: chmod 600 /);
  fs.rmSync(keyFile);
  t.match(refusalOf(settings).message, /there is no such file/);
  for (const [content, words] of [
    ['-----BEGIN PRIVATE KEY-----\nhunter2', /is not JSON/],
    ['{"type":"authorized_user","refresh_token":"hunter2"}', /the login of a person or an application/],
    ['{"installed":{"client_secret":"hunter2"}}', /is the OAuth client of an application/],
    ['{"type":"service_account"}', /lacks type, client_email or private_key/],
    [
      '{"type":"service_account","client_email":"a@b","private_key":"hunter2"}',
      /private_key that is not a PEM key\. Download a JSON key/,
    ],
    [
      '{"type":"service_account","client_email":"a@b","private_key":"-----BEGIN PRIVATE KEY-----\\nhunter2"}',
      /private_key that is damaged\. Download a JSON key/,
    ],
  ] as [string, RegExp][]) {
    fs.writeFileSync(keyFile, content, { mode: 0o600 });
    const { message, details } = refusalOf(settings);
    t.equal(details?.code, 'google_key');
    t.match(message, words);
    t.notMatch(message, /hunter2/);
  }
});

t.test('the address of Google can only be replaced by one of this machine', async (t) => {
  const addressOf = (address: string) => readConfig({ CHL_GOOGLE_ADDRESS: address }, '/').google;
  t.match(addressOf(''), {
    address: 'https://sheets.googleapis.com/',
    tokenAddress: 'https://oauth2.googleapis.com/token',
  });
  t.match(addressOf('http://127.0.0.1:9'), {
    address: 'http://127.0.0.1:9/',
    tokenAddress: 'http://127.0.0.1:9/token',
  });
  for (const other of [
    'https://evil.example/',
    'http://127.0.0.1.evil.example/',
    'http://localhost@evil.example/',
    'x',
  ])
    t.throws(() => addressOf(other), {
      code: 'config',
      message: /^CHL_GOOGLE_ADDRESS is .*allowed: .* of this machine/,
    });
});

t.test('the key reaches only the scripts that need it, and is masked in all logs', async (t) => {
  const settings = googleSettings(t, 'http://127.0.0.1:9/');
  const config = readConfig(settings, '/');
  t.match(googleEnvironment(config), settings);
  t.notOk('CHL_GOOGLE_KEY_FILE' in childEnvironment(config, {}));
  const users = declaredOperations.filter(({ usesGoogle }) => usesGoogle).map(({ name }) => name);
  t.strictSame(users.sort(), ['export', 'import']);
  const { private_key: key } = JSON.parse(fs.readFileSync(settings.CHL_GOOGLE_KEY_FILE ?? '', 'utf8'));
  const mask = maskerFor(readSecrets(config, { script: 'import' }));
  const line = String(key).split('\n')[3] ?? '';
  t.ok(line.length > 60);
  for (const text of [key, JSON.stringify(key), `a line ${line}`]) t.notMatch(mask.text(text), line);
});
