// Checks whose trouble a test cannot make in a server: time, a week of samples, a server that refuses nothing.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import { embedderCheck } from '../../src/checks/installation/embedder-check.ts';
import { databaseFilesCheck, folderCheck } from '../../src/checks/installation/file-checks.ts';
import { configurationCheck } from '../../src/checks/installation/machine-checks.ts';
import { listChecks } from '../../src/checks/views.ts';
import { createWatch, type Seen } from '../../src/checks/watch.ts';
import { clockCheck } from '../../src/checks/clock-check.ts';
import { selfAttackCheck } from '../../src/checks/web/self-attack-check.ts';
import { selfCheckHeader } from '../../src/core/self-check.ts';
import { type Config, loadConfigFrom, readConfig } from '../../src/core/config.ts';
import { logStoreCheck } from '../../src/log-store/log-store-check.ts';
import { diskCheck } from '../../src/telemetry/disk-check.ts';
import { diskForecastCheck } from '../../src/disk/disk-forecast-check.ts';
import type { Forecast } from '../../src/disk/forecast.ts';
import { startApp } from '../support/app.ts';
import { startService } from '../support/embedding-service.ts';
import { makeFolder } from '../support/folder.ts';

t.test('a server that acts on what another site sends is an error that names it', async (t) => {
  const marks = new Set<unknown>();
  let status = 200;
  let code = 'unauthorized';
  const server = http.createServer((request, response) => {
    marks.add(request.headers[selfCheckHeader]);
    response.statusCode = status;
    response.end(`{"error":{"code":"${code}"}}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;
  const check = selfAttackCheck(() => ({ host: '127.0.0.1', port }));
  const all = { severity: 'error', text: /a forged Host, a cross-site POST and a GET that acts/ };
  t.match(await check.look(), { says: 'Nothing was refused.', found: [all] });
  t.equal(marks.size, 1);
  t.match([...marks][0], /^[0-9a-f]{48}$/);
  status = 401;
  t.match(await check.look(), { found: [all] }, 'a missing token is not the refusal of an attack');
  code = 'method_not_allowed';
  t.match(await check.look(), {
    says: 'Refused: a GET that acts.',
    found: [{ text: /did not refuse a forged Host and a cross-site POST\./ }],
  });
  t.same((await selfAttackCheck(() => null).look()).found, []);
});

t.test('a server refuses its own attacks at each address, with a token and without', async (t) => {
  const says = 'Refused: a forged Host, a cross-site POST and a GET that acts.';
  const token = { CHL_ALLOW_REMOTE: '1', CHL_ACCESS_TOKEN: 'a-token-of-this-test' };
  const hosts = { '127.0.0.1': {}, '127.0.0.2': token, '0.0.0.0': token, '::': token };
  for (const [host, env] of Object.entries(hosts)) {
    const app = await startApp(t, { env: { CHL_HOST: host, CHL_OPERATIONS_MODE: 'noop', ...env } });
    await app.parts.checker.runOnce('self-attack');
    const watch = app.parts.checker.watches().find(({ check }) => check.id === 'self-attack');
    t.match(watch?.last(), { says, found: [] }, host);
  }
});

t.test('a file that is no database is named', async (t) => {
  const junk = path.join(makeFolder(t, { 'chl.db': 'not a database'.repeat(100) }), 'chl.db');
  const config = { ...readConfig({}, '/nowhere'), databasePath: junk };
  t.match(await databaseFilesCheck(config).look(), {
    says: /chl\.db 1\.4 KiB, ops\.db not yet created/,
    found: [{ subject: 'chl.db', severity: 'error', title: 'chl.db cannot be opened' }],
  });
});

t.test('the data folder is described in words', async (t) => {
  const root = makeFolder(t, {});
  t.match(await folderCheck({ root }).look(), { says: `Files in ${root} can be read and written` });
  const next = path.join(root, 'next');
  t.match(await folderCheck({ root: next }).look(), { says: `The first start creates ${next}` });
});

t.test('a log that is not open yet passes nothing, and is looked at when it is', async (t) => {
  const state: { file: object | null } = { file: null };
  const given = {
    config: readConfig({}, '/nowhere'),
    now: () => new Date(),
    logStore: { state: () => state },
  };
  const watch = createWatch(logStoreCheck(given as unknown as Parameters<typeof logStoreCheck>[0]), {
    ...{ now: () => new Date(), steadyNow: () => 0 },
  });
  const checker = { watches: () => [watch] } as unknown as Parameters<typeof listChecks>[0];
  const findings = { open: () => [] } as unknown as Parameters<typeof listChecks>[1];
  const stateOf = () => listChecks(checker, findings, new Date())[0]?.state;
  await watch.look(() => {});
  t.equal(stateOf(), 'unknown');
  state.file = {};
  watch.markDirty();
  t.ok(watch.isOlderThan(1));
  await watch.look(() => {});
  t.equal(stateOf(), 'pass');
});

t.test('a clock that jumps is named for an hour', async (t) => {
  let [wall, steady] = [0, 0];
  const check = clockCheck({ now: () => new Date(wall), steadyNow: () => steady });
  const pass = (ms: number, wallMs = ms) => {
    steady += ms;
    wall += wallMs;
    return check.look();
  };
  t.match(await pass(60_000), { found: [] });
  t.match(await pass(60_000, 350_000), { found: [] }, 'less than five minutes');
  t.match(await pass(60_000, -3_600_000), { found: [{ text: /went back by 1 h/ }] });
  t.match(await pass(3_500_000), { found: [{ subject: 'jump' }] });
  t.match(await pass(200_000), { found: [] });
});

t.test('the disk will be full when the prediction of the page says so', async (t) => {
  const config = readConfig({ CHL_EXPERIENCE_ROOT: '/nowhere' }, '/');
  const look = (forecast: Forecast | null) =>
    diskForecastCheck({ config, diskUse: { current: () => ({ forecast }) } }).look();
  t.match(await diskForecastCheck({ config, diskUse: { current: () => null } }).look(), { found: [] });
  t.match(await look(null), { found: [] });
  t.match(await look({ days: 7.1, by: 'growth' }), { found: [] });
  const title = 'The disk will be full within 7 days';
  t.match(await look({ days: 7, by: 'growth' }), { found: [{ title, text: /data folder has grown/ }] });
  t.match(await look({ days: 3, by: 'free-space' }), { found: [{ title, text: /last 7 days/ }] });
});

t.test('the disk is full when less is free than the settings reserve', async (t) => {
  const given = { root: '/', databases: [], lowBytes: () => 0, sampledFree: () => 100 * 2 ** 20 };
  const look = (mebibytes: number) => diskCheck({ ...given, reserveBytes: () => mebibytes * 2 ** 20 }).look();
  t.match(await look(99), { found: [] });
  t.match(await look(101), { found: [{ severity: 'error', text: /less than 101\.0 MiB left/ }] });
});

t.test('a full disk of a database is found, too, when it is another one', async (t) => {
  // No byte is free there.
  const file = '/proc/self/chl.db';
  const limits = { lowBytes: () => 2, reserveBytes: () => 1, sampledFree: () => 100 };
  const look = (more: object) => diskCheck({ root: '/', databases: [file], ...limits, ...more }).look();
  t.match(await look({}), {
    says: '100 bytes free; 0 bytes free on the disk of chl.db',
    found: [
      {
        subject: 'free chl.db',
        severity: 'error',
        title: 'Jobs fail: the disk of chl.db is full',
        text: `The disk of ${file} has less than 1 byte left. Searches and pages still work. Free some space, then run the job again.`,
      },
    ],
  });
  t.match(await look({ reserveBytes: () => 0 }), {
    found: [{ severity: 'warning', title: 'Jobs will soon fail: the disk of chl.db is nearly full' }],
  });
  t.match(await look({ lowBytes: () => 0 }), { found: [] });
  t.match(await look({ databases: ['/chl.db', '/nowhere/chl.db'] }), { says: '100 bytes free', found: [] });
});

t.test(
  'the embedding service is asked after a change of its settings only, and never in noop mode',
  async (t) => {
    const service = await startService(t);
    const env = { CHL_EXPERIENCE_ROOT: '/nowhere', CHL_EMBEDDING_URL: service.url, CHL_EMBEDDING_MODEL: 'm' };
    const config = readConfig(env, '/') as { -readonly [Key in keyof Config]: Config[Key] };
    const given = { now: () => new Date(), steadyNow: () => 0 };
    const watch = createWatch(
      embedderCheck(config, () => {}),
      given,
    );
    const look = () => new Promise<Seen>((resolve) => void watch.look(resolve));
    t.match(await look(), { says: /dimensions/ });
    watch.markDirty();
    t.notOk(watch.isOlderThan(1), 'another setting has changed');
    config.embedding = null;
    watch.markDirty();
    t.ok(watch.isOlderThan(1));
    await service.stop();
    const noop = embedderCheck(readConfig({ ...env, CHL_OPERATIONS_MODE: 'noop' }, '/'), () => {});
    t.match(await noop.look(), { says: /noop mode asks no service/, found: [] });
  },
);

t.test('a secret in a .env file that others may read is a warning until its mode is 0600', async (t) => {
  const look = async (content: string, mode: number) => {
    const folder = makeFolder(t, { '.env': content });
    const file = path.join(folder, '.env');
    fs.chmodSync(file, mode);
    const { found } = await configurationCheck(loadConfigFrom(folder, {})).look();
    return found.map(({ severity, text }) => ({ severity, text: text.replaceAll(file, 'FILE') }));
  };
  const token = `CHL_ACCESS_TOKEN=${'x1'.repeat(12)}\n`;
  t.same(await look(token, 0o600), []);
  t.same(await look('CHL_WORKERS=2\nCHL_TOKEN_FILE=key\n', 0o644), []);
  const open = (name: string, mode: string) => [
    { severity: 'warning', text: `${name} is set in FILE, which has mode ${mode}. Run: chmod 600 FILE` },
  ];
  t.same(await look(token, 0o644), open('CHL_ACCESS_TOKEN', '644'));
  t.same(await look(`CHL_TOKEN=${'x1'.repeat(12)}`, 0o660), open('CHL_TOKEN', '660'));
  t.same(await look('HTTPS_PROXY=http://ada:word@proxy:1', 0o604), open('HTTPS_PROXY', '604'));
});

t.test('warnings that begin alike are findings of their own', async (t) => {
  const config = readConfig({ CHL_EXPERIENCE_ROOT: '/nowhere' }, '/');
  config.warnings.push('The saved setting a is ignored.', 'The saved settings of b are ignored.');
  const { found } = await configurationCheck(config).look();
  t.equal(new Set(found.map(({ subject }) => subject)).size, 2);
});
