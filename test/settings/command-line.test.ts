// Settings on the command line, and those that processes without a server read.
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { readConfig } from '../../src/core/config.ts';
import { applySavedSettings } from '../../src/core/db/saved-settings.ts';
import { startApp } from '../support/app.ts';
import { runHere } from '../support/command-line.ts';
import { makeFolder } from '../support/folder.ts';

t.test('chl settings', async (t) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  const chl = (...words: string[]) => runHere(app.root, ['settings', ...words]);

  const set = await chl('set', 'retention.days=30', 'sheets.import_roots=/a:/b', '--reason', 'less disk');
  t.equal(set.code, 0, set.err);
  t.match(app.config, { retentionDays: 30, importRoots: ['/a', '/b'] });
  t.match((await chl('list', 'retention.')).out, /^retention\.days +30 days +saved$/m);

  const wrong = await chl('set', 'retention.days=0', 'no.such=1');
  t.not(wrong.code, 0);
  t.match(wrong.err, '0 is below the minimum, 1.');
  t.match(wrong.err, 'There is no setting "no.such".');

  const exported = await chl('export');
  const file = path.join(app.root, 'settings.json');
  fs.writeFileSync(file, exported.out);
  await chl('set', 'retention.days=');
  t.equal(app.config.retentionDays, 90, 'an empty value is the default');
  const preview = await chl('import', file);
  t.match(preview.out, /changed +retention\.days +90 → 30/);
  t.equal(app.config.retentionDays, 90);
  t.equal((await chl('import', file, '--reason', 'as before', '--confirm', 'settings')).code, 0);
  t.equal(app.config.retentionDays, 30);

  const byHand = readConfig({ CHL_EXPERIENCE_ROOT: app.root }, '/');
  t.equal(applySavedSettings(byHand).retentionDays, 30, 'a process without a server reads them, too');
  const empty = readConfig({ CHL_EXPERIENCE_ROOT: makeFolder(t) }, '/');
  t.equal(applySavedSettings(empty).retentionDays, 90);
  t.same(empty.warnings, [], 'no database has no saved settings');
  const root = makeFolder(t, { 'ops.db': 'not a database' });
  const damaged = applySavedSettings(readConfig({ CHL_EXPERIENCE_ROOT: root }, '/'));
  t.match(damaged.warnings, [/^The saved settings cannot be read, so they do not count\. .*ops\.db/]);
});
