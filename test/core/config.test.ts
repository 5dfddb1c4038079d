import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { loadConfigFrom, packageRoot, readConfig } from '../../src/core/config.ts';
import { envExample } from '../../src/settings/env-example.ts';
import { withSettingsTable } from '../../src/settings/settings-table.ts';
import { read, refusal } from '../support/settings.ts';
import { linkTo, makeFolder } from '../support/folder.ts';

/** The variables that the configuration reads. */
function settingNames(): string[] {
  const names = new Set<string>();
  read(new Proxy({}, { get: (_, name) => void names.add(String(name)) }));
  return [...names].filter((name) => name.startsWith('CHL_')).sort();
}

const mebibyte = 1024 * 1024;
const checks = {
  indexBehindMin: 10,
  indexBehindShare: 0.1,
  oldestPendingMs: 3_600_000,
  sheetUnimportedMs: 86_400_000,
  loopLagMs: 200,
  samplerLateIntervals: 3,
  restartsPerHour: 3,
  lowDiskBytes: 512 * mebibyte,
  diskFullDays: 7,
  lockedMs: 60_000,
  walBytes: 256 * mebibyte,
  databaseUncheckedDays: 8,
  freePagesShare: 0.25,
  backupOverdueMs: 7_200_000,
  backupUnprovenMs: 691_200_000,
};
const google = {
  address: 'https://sheets.googleapis.com/',
  tokenAddress: 'https://oauth2.googleapis.com/token',
  network: {},
};

t.test('without variables every setting has its documented default, below ./data', async (t) => {
  const { warnings, ...config } = read({});
  t.same(warnings, []);
  t.same(config, {
    host: '127.0.0.1',
    port: 8000,
    allowedHosts: [],
    operatorName: '',
    accessToken: null,
    allowRemote: false,
    root: '/some/place/data',
    databasePath: '/some/place/data/chl.db',
    opsDatabasePath: '/some/place/data/ops.db',
    indexFolder: '/some/place/data/faiss_index',
    backupPath: '/some/place/data/backups',
    mode: 'scripts',
    timeoutMs: 900_000,
    timeoutFrom: 'CHL_OPERATIONS_TIMEOUT_SEC',
    operationsFile: '/some/place/data/operations.yaml',
    maxRunningJobs: 8,
    killGraceMs: 5000,
    processTracking: 'auto',
    jobLogMaxBytes: 64 * 1024 * 1024,
    retentionDays: 90,
    retentionJobs: 1_000_000,
    scheduleTickDays: 400,
    importRoots: [],
    backupDaily: 7,
    backupWeekly: 4,
    backupMonthly: 3,
    backupMaxBytes: 20_480 * 1024 * 1024,
    importBackups: 20,
    importBackupsMaxBytes: 5120 * 1024 * 1024,
    workers: 2,
    embeddingBatch: 512,
    diskReserveBytes: 64 * mebibyte,
    checks,
    limits: {},
    network: {},
    embedding: null,
    embeddingQueue: null,
    google: { keyFile: null, ...google },
    maxStreams: 1000,
    maxStreamsPerClient: 20,
    snapshotMaxBytes: 512 * 1024 * 1024,
    sheetMaxBytes: 256 * 1024 * 1024,
    telemetryIntervalMs: 5000,
    logLevel: 'info',
    keptLogBytes: 256 * 1024 * 1024,
    slowRequestMs: 500,
    slowStatementMs: 20,
    incidentDue1Ms: 3_600_000,
    incidentDue2Ms: 4 * 3_600_000,
    incidentDue3Ms: 24 * 3_600_000,
    incidentDue4Ms: 168 * 3_600_000,
    tokenPrice: null,
    jobCpuPrice: null,
    serverCpuPrice: null,
    diskPrice: null,
    currency: '',
    dayBudget: null,
    monthBudget: null,
    budgetStop: false,
    webhookHosts: [],
    deliveryDays: 30,
    maxDeliveries: 10_000,
  });
});

t.test('each variable sets its key', async (t) => {
  const config = read({
    CHL_HOST: 'localhost',
    CHL_PORT: '0',
    CHL_ALLOWED_HOSTS: 'Box.lan:8000, other ,',
    CHL_OPERATOR_NAME: 'Ada',
    CHL_EXPERIENCE_ROOT: 'elsewhere',
    CHL_DATABASE_PATH: '/lib/chl.db',
    CHL_OPS_DATABASE_PATH: 'own.db',
    CHL_FAISS_INDEX_PATH: '../index',
    CHL_BACKUP_PATH: '/copies',
    CHL_OPERATIONS_MODE: 'noop',
    CHL_OPERATIONS_TIMEOUT_SEC: '1',
    CHL_OPERATIONS_FILE: 'own.yaml',
    CHL_MAX_RUNNING_JOBS: '2',
    CHL_KILL_GRACE_SEC: '0',
    CHL_PROCESS_TRACKING: 'cgroup',
    CHL_JOB_LOG_MAX_MB: '1',
    CHL_RETENTION_DAYS: '30',
    CHL_RETENTION_JOBS: '5000',
    CHL_SCHEDULE_DAYS: '50',
    CHL_BACKUP_DAILY: '8',
    CHL_BACKUP_WEEKLY: '0',
    CHL_BACKUP_MONTHLY: '1',
    CHL_BACKUP_MB: '1',
    CHL_IMPORT_BACKUPS: '3',
    CHL_IMPORT_BACKUPS_MB: '100',
    CHL_IMPORT_ROOTS: '/sheets:drafts/',
    CHL_WORKERS: '0',
    CHL_EMBEDDING_BATCH: '16',
    CHL_DISK_RESERVE_MB: '32',
    CHL_CHECK_LOOP_LAG_MS: '50',
    CHL_ALLOW_REMOTE: '1',
    CHL_GOOGLE_KEY_FILE: 'google.json',
    CHL_EMBEDDING_URL: 'http://127.0.0.1:11434',
    CHL_EMBEDDING_MODEL: 'some/model',
    CHL_MAX_STREAMS: '7',
    CHL_MAX_STREAMS_PER_CLIENT: '3',
    CHL_SNAPSHOT_MAX_MB: '3',
    CHL_SHEET_MAX_MB: '4',
    CHL_TELEMETRY_INTERVAL_SEC: '9',
    CHL_LOG_LEVEL: 'silent',
    CHL_KEPT_LOG_MB: '32',
    CHL_SLOW_REQUEST_MS: '60',
    CHL_SLOW_STATEMENT_MS: '7',
    CHL_INCIDENT_DUE_1_HOURS: '2',
    CHL_INCIDENT_DUE_2_HOURS: '3',
    CHL_INCIDENT_DUE_3_HOURS: '4',
    CHL_INCIDENT_DUE_4_HOURS: '5',
    CHL_PRICE_EMBEDDING_TOKENS: '0.02',
    CHL_PRICE_JOB_CPU: '1',
    CHL_PRICE_SERVER_CPU: '2.5',
    CHL_PRICE_DISK: '0',
    CHL_PRICE_CURRENCY: 'EUR',
    CHL_BUDGET_DAY: '3',
    CHL_BUDGET_MONTH: '40.5',
    CHL_BUDGET_STOP: '1',
    CHL_WEBHOOK_HOSTS: 'Hooks.example.org, 10.0.0.5,[fd00::1]',
    CHL_DELIVERY_DAYS: '3',
    CHL_DELIVERIES: '200',
    CHL_EMBEDDING_QUEUE: 'redis://127.0.0.1:6379/1',
  });
  t.same(config, {
    host: 'localhost',
    port: 0,
    allowedHosts: ['box.lan:8000', 'other'],
    operatorName: 'Ada',
    accessToken: null,
    allowRemote: true,
    root: '/some/place/elsewhere',
    databasePath: '/lib/chl.db',
    opsDatabasePath: '/some/place/own.db',
    indexFolder: '/some/index',
    backupPath: '/copies',
    mode: 'noop',
    timeoutMs: 1000,
    timeoutFrom: 'CHL_OPERATIONS_TIMEOUT_SEC',
    operationsFile: '/some/place/own.yaml',
    maxRunningJobs: 2,
    killGraceMs: 0,
    processTracking: 'cgroup',
    jobLogMaxBytes: 1024 * 1024,
    retentionDays: 30,
    retentionJobs: 5000,
    scheduleTickDays: 50,
    backupDaily: 8,
    backupWeekly: 0,
    backupMonthly: 1,
    backupMaxBytes: 1024 * 1024,
    importBackups: 3,
    importBackupsMaxBytes: 100 * 1024 * 1024,
    importRoots: ['/sheets', '/some/place/drafts'],
    workers: 0,
    embeddingBatch: 16,
    diskReserveBytes: 32 * mebibyte,
    checks: { ...checks, loopLagMs: 50 },
    limits: {},
    network: {},
    google: { keyFile: '/some/place/google.json', ...google },
    embedding: { url: 'http://127.0.0.1:11434', model: 'some/model', keyFile: null, network: {} },
    embeddingQueue: 'redis://127.0.0.1:6379/1',
    maxStreams: 7,
    maxStreamsPerClient: 3,
    snapshotMaxBytes: 3 * 1024 * 1024,
    sheetMaxBytes: 4 * 1024 * 1024,
    telemetryIntervalMs: 9000,
    logLevel: 'silent',
    keptLogBytes: 32 * 1024 * 1024,
    slowRequestMs: 60,
    slowStatementMs: 7,
    incidentDue1Ms: 2 * 3_600_000,
    incidentDue2Ms: 3 * 3_600_000,
    incidentDue3Ms: 4 * 3_600_000,
    incidentDue4Ms: 5 * 3_600_000,
    tokenPrice: 0.02,
    jobCpuPrice: 1,
    serverCpuPrice: 2.5,
    diskPrice: 0,
    currency: 'EUR',
    dayBudget: 3,
    monthBudget: 40.5,
    budgetStop: true,
    webhookHosts: ['hooks.example.org', '10.0.0.5', 'fd00::1'],
    deliveryDays: 3,
    maxDeliveries: 200,
    warnings: [],
  });
});

t.test('a number out of range is refused in one line: variable, value, allowed range', async (t) => {
  const ranges: Record<string, [number, number]> = {
    CHL_PORT: [0, 65_535],
    CHL_OPERATIONS_TIMEOUT_SEC: [1, 604_800],
    CHL_MAX_RUNNING_JOBS: [1, 64],
    CHL_KILL_GRACE_SEC: [0, 600],
    CHL_JOB_LOG_MAX_MB: [1, 4096],
    CHL_RETENTION_DAYS: [1, 36_500],
    CHL_RETENTION_JOBS: [100, 100_000_000],
    CHL_BACKUP_DAILY: [1, 100_000],
    CHL_BACKUP_WEEKLY: [0, 100_000],
    CHL_BACKUP_MONTHLY: [0, 100_000],
    CHL_BACKUP_MB: [1, 100_000_000],
    CHL_IMPORT_BACKUPS: [1, 100_000],
    CHL_IMPORT_BACKUPS_MB: [1, 100_000_000],
    CHL_WORKERS: [0, 64],
    CHL_EMBEDDING_BATCH: [1, 512],
    CHL_DISK_RESERVE_MB: [16, 1_048_576],
    CHL_CHECK_LOW_DISK_MB: [16, 10_000_000],
    CHL_MAX_STREAMS: [1, 100_000],
    CHL_MAX_STREAMS_PER_CLIENT: [1, 100_000],
    CHL_SNAPSHOT_MAX_MB: [1, 1_048_576],
    CHL_SHEET_MAX_MB: [1, 1_048_576],
    CHL_TELEMETRY_INTERVAL_SEC: [1, 3600],
  };
  for (const [name, [min, max]] of Object.entries(ranges)) {
    for (const good of [min, max]) t.doesNotThrow(() => read({ [name]: String(good) }), `${name}=${good}`);
    for (const bad of [String(min - 1), String(max + 1), 'many', '1.5', '1e1', '2 3', '0x2']) {
      const line = `${name} is ${JSON.stringify(bad)}; allowed: a whole number from ${min} to ${max}.`;
      t.equal(refusal({ [name]: bad }), line);
    }
  }
});

t.test('spaces around a number or a word of a list do not matter', async (t) => {
  const config = read({ CHL_WORKERS: ' 3 ', CHL_OPERATIONS_MODE: 'noop ', CHL_HOST: ' ::1', CHL_PORT: ' ' });
  t.match(config, { workers: 3, mode: 'noop', host: '::1', port: 8000 });
});

t.test('an allowed host that no browser sends is refused with the form that it should have', async (t) => {
  const hosts = ['box.lan', 'box.lan:8000', '[fd00::1]:80', '10.0.0.2:1', 'xn--bcher-kva.example', 'my_box'];
  t.same(read({ CHL_ALLOWED_HOSTS: hosts.join(',') }).allowedHosts, hosts);
  for (const item of [
    'https://box.lan',
    'box.lan/',
    '*.lan',
    'me@box.lan',
    'fd00::1',
    'a b',
    'box.lan:http',
  ]) {
    t.match(
      refusal({ CHL_ALLOWED_HOSTS: `good.lan,${item}` }),
      `CHL_ALLOWED_HOSTS contains ${JSON.stringify(item)}; allowed: hosts as in the browser's address bar, `,
    );
  }
});

t.test('an allowed host of another form than browsers send is refused with that form', async (t) => {
  for (const [item, sent] of [
    ['bücher.example', 'xn--bcher-kva.example'],
    ['127.1:8000', '127.0.0.1:8000'],
    ['[FD00:0::0001]:80', '[fd00::1]:80'],
    ['[::ffff:10.0.0.1]', '[::ffff:a00:1]'],
  ] as const) {
    t.match(
      refusal({ CHL_ALLOWED_HOSTS: item }),
      `CHL_ALLOWED_HOSTS contains "${item}", which browsers send as ${sent}. Write it so.`,
    );
  }
  for (const item of ['box.lan:0', 'box.lan:65536', 'box.lan:08'])
    t.match(refusal({ CHL_ALLOWED_HOSTS: item }), `contains "${item}"; allowed: hosts as in`);
});

t.test('a path that only a shell could complete is refused instead of made', async (t) => {
  for (const [name, value, reason] of [
    ['CHL_EXPERIENCE_ROOT', '~/data', 'only a shell replaces ~'],
    ['CHL_EXPERIENCE_ROOT', '~', 'only a shell replaces ~'],
    ['CHL_DATABASE_PATH', '$HOME/chl.db', 'only a shell replaces ~ and variables. Write the whole path'],
    ['CHL_IMPORT_ROOTS', '/sheets:~/sheets', 'only a shell replaces ~'],
    ['CHL_EXPERIENCE_ROOT', ' /data', 'begins or ends with a space. Remove it.'],
    ['CHL_FAISS_INDEX_PATH', '/data/index ', 'begins or ends with a space. Remove it.'],
  ] as const) {
    t.match(refusal({ [name]: value }), new RegExp(`^${name} is ".*${reason.replace(/[.~]/g, '.')}`), value);
  }
  t.equal(read({ CHL_EXPERIENCE_ROOT: 'a b/~/é' }).root, '/some/place/a b/~/é');
});

t.test('certificates that nobody can use are reported', async (t) => {
  const folder = makeFolder(t, {
    'ca.pem': '',
    '.env': 'NODE_EXTRA_CA_CERTS=ca.pem\nSSL_CERT_FILE=gone.pem\n',
  });
  const [missing, ...others] = loadConfigFrom(folder, {}).warnings;
  t.equal(
    missing,
    `SSL_CERT_FILE is "${path.join(folder, 'gone.pem')}", which does not exist or cannot be read. Correct or unset it.`,
  );
  t.match(others, [
    /^NODE_EXTRA_CA_CERTS is set in \S+\.env, where Node does not read it: .* Set it in the environment\.$/,
  ]);
  const set = { NODE_EXTRA_CA_CERTS: 'ca.pem', SSL_CERT_FILE: 'ca.pem' };
  t.same(loadConfigFrom(folder, set).warnings, []);
});

t.test('a value outside the list is refused with the list', async (t) => {
  t.equal(refusal({ CHL_OPERATIONS_MODE: 'dry' }), 'CHL_OPERATIONS_MODE is "dry"; allowed: scripts, noop.');
  t.equal(
    refusal({ CHL_LOG_LEVEL: 'loud' }),
    'CHL_LOG_LEVEL is "loud"; allowed: info, trace, debug, warn, error, fatal, silent.',
  );
});

t.test(
  'an access token that is too short, or that no request can carry, is refused without being repeated',
  async (t) => {
    for (const token of ['canary-7Q', 'canary 7Q with spaces', 'canary-7Q-\u00e4\u00f6\u00fc-canary']) {
      const line = refusal({ CHL_ACCESS_TOKEN: token });
      t.match(line, /^CHL_ACCESS_TOKEN has /);
      t.notMatch(line, 'canary');
    }
    t.equal(read({ CHL_ACCESS_TOKEN: ' sixteen-letters- ' }).accessToken, 'sixteen-letters-');
    t.equal(refusal({ CHL_ALLOW_REMOTE: 'yes' }), 'CHL_ALLOW_REMOTE is "yes"; allowed: 0, 1.');
  },
);

t.test('the two databases must be different files, also through links', async (t) => {
  const folder = makeFolder(t, { 'one.db': '', 'two.db': linkTo('one.db') });
  const [one, two] = [path.join(folder, 'one.db'), path.join(folder, 'two.db')];
  t.match(refusal({ CHL_DATABASE_PATH: one, CHL_OPS_DATABASE_PATH: one }), /they must be two files/);
  t.match(refusal({ CHL_DATABASE_PATH: one, CHL_OPS_DATABASE_PATH: two }), /they must be two files/);
});

t.test('an empty variable means its default, and an unknown one is reported', async (t) => {
  const config = read({ CHL_PORT: '', CHL_OPERATIONS_MODE: '', CHL_PROT: '1', PATH: '/bin', CHL_JOB: 'x.1' });
  t.equal(config.port, 8000);
  t.equal(config.mode, 'scripts');
  t.same(config.warnings, ['CHL_PROT is set, but this version does not know it. Unset it.']);
});

t.test('a .env file is read, and environment variables take precedence', async (t) => {
  const folder = makeFolder(t, {
    '.env': '# mine\nCHL_PORT=1234\nCHL_LOG_LEVEL="warn"\nCHL_EXPERIENCE_ROOT=here\n',
  });
  const config = loadConfigFrom(folder, { CHL_PORT: '4321' });
  t.equal(config.port, 4321);
  t.equal(config.logLevel, 'warn');
  t.equal(config.root, path.join(folder, 'here'));
  t.equal(loadConfigFrom(makeFolder(t), {}).port, 8000, 'and the file is optional');
});

t.test('an unreadable .env file is refused by name', async (t) => {
  const folder = makeFolder(t, { '.env': {} });
  t.throws(() => loadConfigFrom(folder, {}), {
    code: 'config',
    message: /^The settings cannot be read\. \S+\.env is a folder, not a file\. Remove or rename it/,
  });
});

t.test('.env.example and the table of settings are what `npm run settings` writes', async (t) => {
  const docs = fs.readFileSync(path.join(packageRoot, 'docs/settings.md'), 'utf8');
  t.equal(docs, withSettingsTable(docs), 'run npm run settings');
  t.equal(
    fs.readFileSync(path.join(packageRoot, '.env.example'), 'utf8'),
    envExample(),
    'run npm run settings',
  );
});

t.test('.env.example lists every variable, commented out, each with a line of explanation', async (t) => {
  const lines = fs.readFileSync(path.join(packageRoot, '.env.example'), 'utf8').trimEnd().split('\n');
  const found = lines.flatMap((line, at) =>
    line.startsWith('#CHL_') ? [{ line, above: lines[at - 1] ?? '' }] : [],
  );
  t.same(found.map(({ line }) => line.slice(1).split('=')[0]).sort(), settingNames());
  for (const { line, above } of found) t.match(above, /^# .+ Default: .+$/, `above ${line}`);
  t.notOk(
    lines.some((line) => /^\s*[^#\s]/.test(line)),
    'every line is commented out',
  );
});

t.test('.env.example has the real defaults', async (t) => {
  const text = fs.readFileSync(path.join(packageRoot, '.env.example'), 'utf8');
  const folder = makeFolder(t, { '.env': text.replaceAll(/^#CHL_/gm, 'CHL_') });
  t.same(loadConfigFrom(folder, {}), readConfig({}, folder));
});

t.test('each setting has an effect: another value changes the configuration or is refused', async (t) => {
  const before = JSON.stringify(read({}));
  for (const name of settingNames()) {
    const isRead = ['1', 'localhost', 'noop'].some((value) => {
      try {
        return JSON.stringify(read({ [name]: value })) !== before;
      } catch {
        return true;
      }
    });
    t.ok(isRead, name);
  }
});
