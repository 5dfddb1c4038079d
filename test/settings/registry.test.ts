// Chooses the value of a setting, and applies changes to a running process.
import fs from 'node:fs';
import t from 'tap';
import { type Config, loadConfigFrom, readConfig } from '../../src/core/config.ts';
import { settings } from '../../src/core/settings/declared.ts';
import { applySaved, configHash, pin, settingStates, useKeyFile } from '../../src/core/settings/in-use.ts';
import { limitsOf } from '../../src/core/settings/operation-limits.ts';
import { read } from '../support/settings.ts';
import { makeFolder } from '../support/folder.ts';

const stateOf = (config: Config, key: string) => {
  const found = settingStates(config).find(({ setting }) => setting.key === key);
  if (!found) throw new Error(`There is no setting ${key}.`);
  return found;
};

t.test('each setting has one key, one variable, and a default that it accepts itself', async (t) => {
  const keys = settings.map(({ key }) => key);
  t.equal(new Set(keys).size, keys.length);
  const variables = settings.flatMap(({ variable }) => variable ?? []);
  t.equal(new Set(variables).size, variables.length);
  for (const { key, kind, default: preset, title, text } of settings) {
    t.match(key, /^[a-z]+\.[a-z_][a-z0-9_]*$/);
    t.equal(kind.findFault(preset), null, key);
    t.match(text, /\.$/, `${key} is explained in sentences`);
    t.notMatch(title, /\.$/, key);
  }
});

t.test('what a child cannot be given is refused: control characters, and texts without end', async (t) => {
  const long = 'x'.repeat(1001);
  const faults: [key: string, value: unknown, fault: RegExp][] = [
    ['embedding.model', 'a\u0000b', /control character/],
    ['embedding.model', 'a\nb', /control character/],
    ['embedding.model', long, /1,000 bytes/],
    ['embedding.model', 'é'.repeat(501), /1,000 bytes/],
    ['operator.name', 'a\u0007', /control character/],
    ['sheets.import_roots', ['/a\u0000'], /control character/],
    ['sheets.import_roots', [`/${long}`], /1,000 bytes/],
    ['sheets.import_roots', Array.from({ length: 101 }, (_, at) => `/${at}`), /at most 100/],
    ['sheets.import_roots', ['/a:/b'], /without “:”/],
  ];
  const kindOf = (name: string) => settings.find(({ key }) => key === name)?.kind;
  for (const [key, value, fault] of faults) t.match(kindOf(key)?.findFault(value), fault, key);
  t.equal(kindOf('embedding.model')?.findFault('ünder:score/7b'), null);
  t.equal(kindOf('sheets.import_roots')?.findFault(['/a', '/b c']), null);
});

t.test('a field takes commas only between thousands', async (t) => {
  const kind = settings.find(({ key }) => key === 'retention.jobs')?.kind;
  t.equal(kind?.fromField('1,000,000'), 1_000_000);
  for (const text of ['1,,,0', '1,0', '10,00', ',100'])
    t.not(kind?.findFault(kind.fromField(text)), null, text);
});

t.test('environment, .env, saved, default: the first that has a value counts', async (t) => {
  const folder = makeFolder(t, { '.env': 'CHL_KILL_GRACE_SEC=7\nCHL_WORKERS=3\n' });
  const config = loadConfigFrom(folder, { CHL_WORKERS: '4' });
  const saved = new Map<string, unknown>([
    ['embedding.workers', 9],
    ['operations.kill_grace_sec', 9],
    ['operations.max_running', 9],
  ]);
  applySaved(config, saved, 'start');
  t.match(config, { workers: 4, killGraceMs: 7000, maxRunningJobs: 9, retentionDays: 90 });
  t.match(stateOf(config, 'embedding.workers'), { value: 4, source: 'environment' });
  t.match(stateOf(config, 'operations.kill_grace_sec'), { value: 7, source: '.env' });
  t.match(stateOf(config, 'operations.max_running'), { value: 9, source: 'saved' });
  t.match(stateOf(config, 'retention.days'), { value: 90, source: 'default' });
});

t.test('an empty variable of the environment leaves that of .env', async (t) => {
  const folder = makeFolder(t, { '.env': 'CHL_RETENTION_DAYS=12\nCHL_WORKERS=3\nCHL_OPERATOR= \n' });
  const config = loadConfigFrom(folder, { CHL_RETENTION_DAYS: '', CHL_WORKERS: ' ' });
  t.match(stateOf(config, 'retention.days'), { value: 12, source: '.env' });
  t.match(stateOf(config, 'embedding.workers'), { value: 3, source: '.env' });
});

t.test('a change counts at once, unless the setting needs a restart', async (t) => {
  const config = read({});
  const { maxRunningJobs } = config;
  applySaved(config, new Map([['embedding.workers', 5]]), 'start');
  const later = new Map([
    ['embedding.workers', 6],
    ['live.telemetry_interval_sec', 9],
    ['operations.max_running', 3],
    ['checks.loop_lag_ms', 50],
  ]);
  applySaved(config, later, 'running');
  t.match(config, { maxRunningJobs: 3, telemetryIntervalMs: 5000, checks: { loopLagMs: 50 } });
  t.match(stateOf(config, 'live.telemetry_interval_sec'), { value: 9, running: 5, needsRestart: true });
  t.match(stateOf(config, 'operations.max_running'), { value: 3, running: 3, needsRestart: false });
  applySaved(config, new Map(), 'running');
  t.equal(config.maxRunningJobs, maxRunningJobs, 'without a saved value the default counts again');
});

t.test('a saved value that cannot be used is a warning, and its default counts', async (t) => {
  const config = read({});
  const saved = new Map<string, unknown>([
    ['operations.max_running', 65],
    ['retention.days', 'many'],
    ['sheets.import_roots', ['~/sheets']],
    ['live.log_level', 'loud'],
    ['data.root', '/elsewhere'],
    ['former.key', 1],
    ['embedding.url', 'http://127.0.0.1:1'],
    ['limits.import.hard_sec', 0],
  ]);
  applySaved(config, saved, 'start');
  t.match(config, { ...read({}), warnings: Array });
  t.equal(config.warnings.length, saved.size);
  for (const text of [
    'operations.max_running is ignored, its default counts. 65 is above the maximum, 64.',
    'The saved setting data.root can only be set by CHL_EXPERIENCE_ROOT.',
    'The saved setting former.key is not known to this version.',
    'The saved settings of the embedding service are ignored. “Embedding service” is set, but',
  ])
    t.ok(
      config.warnings.some((warning) => warning.includes(text)),
      text,
    );
});

t.test(
  'the file of a credential is used, also after later changes, unless the environment names one',
  async (t) => {
    const config = read({});
    useKeyFile(config, 'embedding', '/nowhere/key');
    t.equal(config.embedding, null, 'the built-in embedder needs no key');
    const service = { 'embedding.url': 'http://127.0.0.1:1', 'embedding.model': 'm' };
    applySaved(config, new Map(Object.entries(service)), 'running');
    t.match(config.embedding, { url: 'http://127.0.0.1:1', model: 'm', keyFile: '/nowhere/key' });
    useKeyFile(config, 'google', '/nowhere/google');
    applySaved(config, new Map([...Object.entries(service), ['embedding.key_file', '/other']]), 'running');
    t.equal(config.embedding?.keyFile, '/nowhere/key', 'a saved path is not used');
    t.equal(config.google.keyFile, '/nowhere/google');
    const set = read({ CHL_GOOGLE_KEY_FILE: '/set/google' });
    useKeyFile(set, 'google', '/nowhere/google');
    t.equal(set.google.keyFile, '/set/google');
  },
);

t.test('saved limits of an operation precede those of its definition', async (t) => {
  const config = read({});
  const retries = { maxAttempts: 1, delayMs: 0, backoff: 1 };
  const operation = { name: 'import', title: 'Import', hardLimitMs: null, retries };
  t.match(limitsOf(operation, config), {
    hardMs: 900_000,
    softMs: 450_000,
    hardFrom: 'CHL_OPERATIONS_TIMEOUT_SEC',
  });
  const limited = { ...operation, hardLimitMs: 60_000 };
  t.equal(limitsOf(limited, config).hardFrom, 'timeout_sec of import in operations.yaml');
  const saved = { 'limits.import.hard_sec': 60, 'limits.import.retries': 2, 'limits.export.hard_sec': 5 };
  applySaved(config, new Map(Object.entries(saved)), 'running');
  const limits = limitsOf(operation, config);
  t.match(limits, { hardMs: 60_000, softMs: 30_000, hardFrom: 'Limits of Import in Settings' });
  t.match(limits.retries, { maxAttempts: 3, delayMs: 5000 }, 'and wait between attempts');
  applySaved(config, new Map([['operations.timeout_sec', 30]]), 'running');
  t.match(limitsOf(operation, config), {
    hardMs: 30_000,
    hardFrom: '“Time limit of an attempt”',
  });
});

t.test('the hash of the configuration changes with each value but those of secrets', async (t) => {
  const folder = makeFolder(t);
  fs.writeFileSync(`${folder}/key`, 'k', { mode: 0o600 });
  const hashOf = (env: Record<string, string>) => configHash(readConfig(env, folder));
  t.equal(hashOf({}), hashOf({}));
  t.not(hashOf({}), hashOf({ CHL_WORKERS: '5' }));
  t.equal(hashOf({}), hashOf({ CHL_GOOGLE_KEY_FILE: 'key' }));
  const config = read({});
  const before = configHash(config);
  applySaved(config, new Map([['limits.import.hard_sec', 60]]), 'running');
  t.not(configHash(config), before);
});

t.test('a pinned member stays whatever is saved', async (t) => {
  const config = read({});
  pin(config, { maxRunningJobs: 1 });
  applySaved(config, new Map([['operations.max_running', 5]]), 'start');
  t.equal(config.maxRunningJobs, 1);
  t.throws(() => settingStates({ ...config }), /copy of a configuration/);
});
