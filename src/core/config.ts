// Reads the environment and a .env file into a typed object. No other file reads process.env.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { readAccessToken, readClientToken } from './config-access.ts';
import { readEmbeddingService } from './config-embedding.ts';
import { readGoogleSettings } from './config-google.ts';
import { AppError } from './errors.ts';
import { explain } from './faults.ts';
import { asBrowserSends, isHost } from './host.ts';
import { certificateNames, networkOfChild, readNetwork } from './network.ts';
import { statOf } from './secret-file.ts';

type Environment = Record<string, string | undefined>;
/** The value of a variable; empty when it is not set. */
type Read = (name: string) => string;
/** Resolves the path in a variable. */
type Absolute = (name: string, value: string) => string;
export type Config = ReturnType<typeof readConfig>;

/** The folder of package.json, which contains views, migrations, public and dist. */
export const packageRoot = fileURLToPath(new URL('../../../', import.meta.url));

export const version: string = JSON.parse(
  fs.readFileSync(path.join(packageRoot, 'package.json'), 'utf8'),
).version;

/** How the processes of scripts are found after they have detached themselves; docs/settings.md describes each. */
const trackings = ['auto', 'namespace', 'cgroup', 'group'] as const;
export type TrackingSetting = (typeof trackings)[number];
export type Tracking = Exclude<TrackingSetting, 'auto'>;

const logLevels = ['info', 'trace', 'debug', 'warn', 'error', 'fatal', 'silent'] as const;

/** The folders of PATH. */
export const searchPath = (process.env.PATH ?? '').split(':').filter(Boolean);

/** npm runs these scripts with `exec`, so npm itself is the parent of this process. */
export const isStartedByNpm = ['start', 'worker', 'chl'].includes(process.env.npm_lifecycle_event ?? '');

/** The folder in which a command of npm was typed; npm changes to that of the package. */
export const typedIn = isStartedByNpm ? process.env.INIT_CWD : undefined;

/** Node undoes the ignored SIGHUP of nohup, so other traces tell: the shell's `_`, and a standard input that nohup opens for
 *  writing only. */
export const isStartedWithNohup = path.basename(process.env._ ?? '') === 'nohup' || isInputOfNohup();

/** The configuration of this process. Throws `config`. */
export function loadConfig(): Config {
  return loadConfigFrom(currentFolder(), process.env);
}

function currentFolder(): string {
  try {
    return process.cwd();
  } catch {
    throw refusal(
      'The folder in which this program was started does not exist any more. Change to another one.',
    );
  }
}

/** The token that the command line sends to a server; null without one. Throws `config`. */
export function loadClientToken(): string | null {
  const folder = currentFolder();
  return readClientToken({ ...readEnvFile(path.join(folder, '.env')), ...process.env }, folder);
}

/** Variables of `environment` take precedence over the .env file in `folder`. Throws `config`. */
export function loadConfigFrom(folder: string, environment: Environment): Config {
  const file = path.join(folder, '.env');
  const written = readEnvFile(file);
  const config = readConfig({ ...written, ...environment }, folder);
  if (!written.NODE_EXTRA_CA_CERTS || environment.NODE_EXTRA_CA_CERTS) return config;
  const warning = `NODE_EXTRA_CA_CERTS is set in ${file}, where Node does not read it: workers and scripts use it, but the server and commands do not. Set it in the environment.`;
  return { ...config, warnings: [...config.warnings, warning] };
}

/** Relative paths are resolved from `folder`. Throws `config` with the variable, its value and the allowed values. */
export function readConfig(env: Environment, folder: string) {
  /** The runner sets the first three for its children; the command line reads the others. */
  const known = new Set(['CHL_JOB', 'CHL_MESSAGE_FD', 'CHL_PID', 'CHL_TOKEN', 'CHL_TOKEN_FILE']);
  const read: Read = (name) => {
    known.add(name);
    return env[name] ?? '';
  };
  const absolute: Absolute = (name, value) => {
    refuseOddPath(name, value);
    return path.resolve(folder, value);
  };
  const root = absolute('CHL_EXPERIENCE_ROOT', read('CHL_EXPERIENCE_ROOT') || './data');
  const inRoot = (name: string, file: string) => absolute(name, read(name) || path.join(root, file));
  const config = {
    host: read('CHL_HOST').trim() || '127.0.0.1',
    port: integer(read, 'CHL_PORT', 8000, 0, 65_535),
    allowedHosts: readHosts(read),
    /** Of the admin token `environment`; null without one. Never leaves this process. */
    accessToken: readAccessToken(read),
    /** Whether `host` may be one that is not loopback. */
    allowRemote: oneOf(read, 'CHL_ALLOW_REMOTE', ['0', '1'] as const) === '1',
    root,
    databasePath: inRoot('CHL_DATABASE_PATH', 'chl.db'),
    opsDatabasePath: inRoot('CHL_OPS_DATABASE_PATH', 'ops.db'),
    indexFolder: inRoot('CHL_FAISS_INDEX_PATH', 'faiss_index'),
    mode: oneOf(read, 'CHL_OPERATIONS_MODE', ['scripts', 'noop'] as const),
    timeoutMs: integer(read, 'CHL_OPERATIONS_TIMEOUT_SEC', 900, 1, 604_800) * 1000,
    operationsFile: inRoot('CHL_OPERATIONS_FILE', 'operations.yaml'),
    maxRunningJobs: integer(read, 'CHL_MAX_RUNNING_JOBS', 8, 1, 64),
    killGraceMs: integer(read, 'CHL_KILL_GRACE_SEC', 5, 0, 600) * 1000,
    processTracking: oneOf(read, 'CHL_PROCESS_TRACKING', trackings),
    jobLogMaxBytes: integer(read, 'CHL_JOB_LOG_MAX_MB', 64, 1, 4096) * 1024 * 1024,
    retentionDays: integer(read, 'CHL_RETENTION_DAYS', 90, 1, 36_500),
    retentionJobs: integer(read, 'CHL_RETENTION_JOBS', 1_000_000, 100, 100_000_000),
    importRoots: list(read, 'CHL_IMPORT_ROOTS', ':').map((one) => absolute('CHL_IMPORT_ROOTS', one)),
    importBackups: integer(read, 'CHL_IMPORT_BACKUPS', 20, 1, 100_000),
    importBackupsMaxBytes: integer(read, 'CHL_IMPORT_BACKUPS_MB', 5120, 1, 100_000_000) * 1024 * 1024,
    snapshotMaxBytes: integer(read, 'CHL_SNAPSHOT_MAX_MB', 512, 1, 1_048_576) * 1024 * 1024,
    sheetMaxBytes: integer(read, 'CHL_SHEET_MAX_MB', 256, 1, 1_048_576) * 1024 * 1024,
    workers: integer(read, 'CHL_WORKERS', 2, 0, 64),
    /** Variables of proxies and certificates, which may contain passwords. */
    network: readNetwork(env, folder),
    embedding: readEmbeddingService(read, absolute, readNetwork(env, folder)),
    google: readGoogleSettings(read, absolute, readNetwork(env, folder)),
    maxStreams: integer(read, 'CHL_MAX_STREAMS', 1000, 1, 100_000),
    maxStreamsPerClient: integer(read, 'CHL_MAX_STREAMS_PER_CLIENT', 20, 1, 100_000),
    telemetryIntervalMs: integer(read, 'CHL_TELEMETRY_INTERVAL_SEC', 5, 1, 3600) * 1000,
    logLevel: oneOf(read, 'CHL_LOG_LEVEL', logLevels),
  };
  refuseSharedFile(config.databasePath, config.opsDatabasePath);
  const unknown = Object.keys(env).filter((name) => name.startsWith('CHL_') && !known.has(name));
  const warnings = [
    ...unknown.map((name) => `${name} is set, but this version does not know it. Unset it.`),
    ...missingCertificates(config.network),
  ];
  return { ...config, warnings };
}

/** The environment of a child process, which loads the same configuration and gets no secrets. `passedOn` names further
 *  variables of this process that a custom operation needs. */
export function childEnvironment(
  config: Config,
  extra: Record<string, string>,
  passedOn: string[] = [],
): Record<string, string> {
  const inherited = Object.fromEntries(
    ['PATH', 'HOME', 'LANG', 'TZ', ...passedOn].flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
  return {
    // Python holds back what it prints into a pipe, and a killed script loses it.
    PYTHONUNBUFFERED: '1',
    ...networkOfChild(config.network),
    ...inherited,
    CHL_EXPERIENCE_ROOT: config.root,
    CHL_DATABASE_PATH: config.databasePath,
    CHL_OPS_DATABASE_PATH: config.opsDatabasePath,
    CHL_FAISS_INDEX_PATH: config.indexFolder,
    CHL_IMPORT_ROOTS: config.importRoots.join(':'),
    CHL_IMPORT_BACKUPS: String(config.importBackups),
    CHL_IMPORT_BACKUPS_MB: String(config.importBackupsMaxBytes / 1024 / 1024),
    CHL_SNAPSHOT_MAX_MB: String(config.snapshotMaxBytes / 1024 / 1024),
    CHL_SHEET_MAX_MB: String(config.sheetMaxBytes / 1024 / 1024),
    CHL_OPERATIONS_MODE: config.mode,
    CHL_LOG_LEVEL: config.logLevel,
    CHL_EMBEDDING_URL: config.embedding?.url ?? '',
    CHL_EMBEDDING_MODEL: config.embedding?.model ?? '',
    CHL_EMBEDDING_KEY_FILE: config.embedding?.keyFile ?? '',
    ...extra,
  };
}

/** The attempt of this script (`CHL_JOB=<id>.<attempt>`; an empty id for a run by hand), the descriptor for its messages
 *  (0: none), and its pid as the server sees it, from outside the script's own PID namespace. */
export function readScriptEnvironment() {
  const { env } = process;
  const [id = '', attempt = '0'] = (env.CHL_JOB ?? '').split('.');
  const pid = Number(env.CHL_PID) || process.pid;
  return { job: { id, attempt: Number(attempt) }, messageFd: Number(env.CHL_MESSAGE_FD ?? 0), pid };
}

function isInputOfNohup(): boolean {
  try {
    const flags = Number.parseInt(
      /^flags:\s*(\d+)/m.exec(fs.readFileSync('/proc/self/fdinfo/0', 'utf8'))?.[1] ?? '',
      8,
    );
    return (flags & 3) === fs.constants.O_WRONLY && fs.readlinkSync('/proc/self/fd/0') === '/dev/null';
  } catch {
    return false;
  }
}

/** Each of these would name a new folder beside the one that was meant. */
function refuseOddPath(name: string, value: string) {
  const named = `${name} is ${JSON.stringify(value)}`;
  if (/^[~$]/.test(value))
    throw refusal(
      `${named}; only a shell replaces ~ and variables. Write the whole path, e.g. /home/me/data.`,
    );
  if (value !== value.trim()) throw refusal(`${named}, which begins or ends with a space. Remove it.`);
}

function missingCertificates(network: Record<string, string>): string[] {
  return certificateNames.flatMap((name) => {
    const file = network[name];
    if (!file || canRead(file)) return [];
    return [
      `${name} is ${JSON.stringify(file)}, which does not exist or cannot be read. Correct or unset it.`,
    ];
  });
}

function canRead(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

function readEnvFile(file: string): Environment {
  if (!fs.existsSync(file)) return {};
  try {
    return parseEnv(fs.readFileSync(file, 'utf8'));
  } catch (cause) {
    throw refusal(`The settings cannot be read. ${explain(cause, file)}`);
  }
}

function refuseSharedFile(databasePath: string, opsDatabasePath: string) {
  if (!isSameFile(databasePath, opsDatabasePath)) return;
  throw refusal(
    `CHL_DATABASE_PATH and CHL_OPS_DATABASE_PATH are both ${JSON.stringify(databasePath)}; they must be two files.`,
  );
}

function isSameFile(one: string, other: string): boolean {
  if (one === other) return true;
  const [a, b] = [one, other].map(statOf);
  return a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino;
}

/** Compared with the Host header, so a value of another form would never match. */
function readHosts(read: Read): string[] {
  return list(read, 'CHL_ALLOWED_HOSTS', ',').map((item) => {
    const host = item.toLowerCase();
    if (isHost(host)) return host;
    const named = `CHL_ALLOWED_HOSTS contains ${JSON.stringify(item)}`;
    const sent = asBrowserSends(host);
    if (sent && isHost(sent)) throw refusal(`${named}, which browsers send as ${sent}. Write it so.`);
    throw refusal(
      `${named}; allowed: hosts as in the browser's address bar, separated by commas, without http:// and path, e.g. box.lan:8000.`,
    );
  });
}

function list(read: Read, name: string, separator: string): string[] {
  return read(name)
    .split(separator)
    .map((item) => item.trim())
    .filter(Boolean);
}

function integer(read: Read, name: string, fallback: number, min: number, max: number): number {
  const value = read(name).trim();
  if (!value) return fallback;
  const number = Number(value);
  if (/^\d+$/.test(value) && number >= min && number <= max) return number;
  throw refusal(`${name} is ${JSON.stringify(value)}; allowed: a whole number from ${min} to ${max}.`);
}

/** The first of `allowed` is the default. */
function oneOf<T extends string>(read: Read, name: string, allowed: readonly [T, ...T[]]): T {
  const value = read(name).trim();
  if (!value) return allowed[0];
  const found = allowed.find((item) => item === value);
  if (found) return found;
  throw refusal(`${name} is ${JSON.stringify(value)}; allowed: ${allowed.join(', ')}.`);
}

function refusal(message: string) {
  return new AppError('config', message);
}
