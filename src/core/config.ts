// Reads the environment and a .env file into the configuration that the settings declare. No other file reads process.env.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { readClientToken } from './config-access.ts';
import { AppError } from './errors.ts';
import { explain } from './faults.ts';
import { certificateNames, networkOfChild, readNetwork } from './network.ts';
import { statOf } from './secret-file.ts';
import type { Config } from './settings/compose.ts';
import { settingsOfChild } from './settings/children.ts';
import { settings } from './settings/declared.ts';
import { createConfig } from './settings/in-use.ts';
import type { Environment, Layers } from './settings/resolve.ts';

export type { Config } from './settings/compose.ts';

/** The folder of package.json, which contains views, migrations, public and dist. */
export const packageRoot = fileURLToPath(new URL('../../../', import.meta.url));

export const version: string = JSON.parse(
  fs.readFileSync(path.join(packageRoot, 'package.json'), 'utf8'),
).version;

/** How the processes of scripts are found after they have detached themselves; docs/settings.md describes each. */
export type TrackingSetting = Config['processTracking'];
export type Tracking = Exclude<TrackingSetting, 'auto'>;

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
  const name = path.join(folder, '.env');
  const file = readEnvFile(name);
  const isHidden = file.NODE_EXTRA_CA_CERTS && !environment.NODE_EXTRA_CA_CERTS;
  const warning = `NODE_EXTRA_CA_CERTS is set in ${name}, where Node does not read it: workers and scripts use it, but the server and commands do not. Set it in the environment.`;
  return read({ environment, file, folder }, isHidden ? [warning] : []);
}

/** Relative paths are resolved from `folder`. Throws `config` with the variable, its value and the allowed values. */
export function readConfig(environment: Environment, folder: string): Config {
  return read({ environment, file: {}, folder }, []);
}

/** The runner sets the first three for its children; the command line reads the others. */
const others = ['CHL_JOB', 'CHL_MESSAGE_FD', 'CHL_PID', 'CHL_TOKEN', 'CHL_TOKEN_FILE'];

function read(layers: Layers, more: string[]): Config {
  const all = { ...layers.file, ...layers.environment };
  const network = readNetwork(all, layers.folder);
  const known = new Set([...others, ...settings.map(({ variable }) => variable)]);
  const unknown = Object.keys(all).filter((name) => name.startsWith('CHL_') && !known.has(name));
  const warnings = [
    ...unknown.map((name) => `${name} is set, but this version does not know it. Unset it.`),
    ...missingCertificates(network),
    ...more,
  ];
  const config = createConfig(layers, network, warnings);
  refuseSharedFile(config);
  return config;
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
    ...settingsOfChild(config),
    ...extra,
  };
}

/** The attempt of this script (`CHL_JOB=<id>.<attempt>`; an empty id for a run by hand), the descriptor for its messages
 *  (0: none), its pid as the server sees it, from outside the script's own PID namespace, and the trace of its request. */
export function readScriptEnvironment() {
  const { env } = process;
  const [id = '', attempt = '0'] = (env.CHL_JOB ?? '').split('.');
  const pid = Number(env.CHL_PID) || process.pid;
  const { TRACEPARENT: traceparent = '' } = env;
  return {
    job: { id, attempt: Number(attempt) },
    messageFd: Number(env.CHL_MESSAGE_FD ?? 0),
    pid,
    traceparent,
  };
}

/** SQLite puts the temporary files of this process there. It reads the variable once, when the first database is opened. */
export function keepTemporaryFilesIn(folder: string) {
  process.env.SQLITE_TMPDIR = folder;
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

function refuseSharedFile({ databasePath, opsDatabasePath }: Config) {
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

function refusal(message: string) {
  return new AppError('config', message);
}
