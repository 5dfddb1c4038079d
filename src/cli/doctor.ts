// Checks the installation and the data, and reports for each part: ok, or what to do. Changes nothing; works with and
// without a server.
import { explain, wayBack } from '../core/faults.ts';
import fs from 'node:fs';
import path from 'node:path';
import { type Config, loadConfig } from '../core/config.ts';
import { findDamage, sqliteVersion } from '../core/db/check.ts';
import { inspectDataRoot } from '../core/data-root.ts';
import { inspectLibrary } from '../core/db/library.ts';
import { inspectOps } from '../core/db/ops.ts';
import { lowDiskBytes, readFreeBytes } from '../core/disk-reserve.ts';
import { applySavedSettings } from '../core/db/saved-settings.ts';
import { AppError } from '../core/errors.ts';
import { judgeNode } from '../core/node-version.ts';
import { readGoogleKey } from '../google/key.ts';
import { liveFiles } from '../index/generation.ts';
import { verifyGeneration } from '../index/verify.ts';
import { reservedNames } from '../declared-operations.ts';
import { createCustomOperations } from '../operations/custom-operations.ts';
import { findInPath } from '../runner/executables.ts';
import { findLockHolder } from '../runner/server-lock.ts';
import { describeTracking } from '../runner/tracking.ts';
import { formatBytes, formatNumber, plural } from '../core/format.ts';
import { checkEmbedder, checkWorkers } from './doctor-embedding.ts';
import { exits } from '../core/terminal/exit-codes.ts';
import { withJson } from '../core/terminal/command.ts';
import { readFlags } from '../core/terminal/flags.ts';
import type { Screen } from '../core/terminal/screen.ts';

type Status = 'ok' | 'warning' | 'error';
export type Finding = { part: string; status: Status; text: string };
type Found = Finding['text'] | Omit<Finding, 'part'>[];
type Check = { part: string; run(config: Config): Found | Promise<Found> };

const programs = [
  { name: 'flock', status: 'error', why: 'Without it, the data folder cannot be locked.' },
  {
    name: 'setpriv',
    status: 'warning',
    why: 'Without it, a script keeps running after the server is killed, until the next start.',
  },
] as const;

export async function doctor(words: string[], screen: Screen): Promise<number> {
  readFlags(words, withJson());
  const findings = await examine();
  for (const { part, status, text } of findings)
    screen.line(`${status.padEnd(8)} ${part.padEnd(20)} ${text}`);
  screen.json({ findings });
  return findings.some(({ status }) => status === 'error') ? exits.failed : exits.succeeded;
}

/** A check that throws is reported as an error with its message. */
async function examine(): Promise<Finding[]> {
  let config: Config;
  try {
    config = applySavedSettings(loadConfig());
  } catch (error) {
    return [{ part: 'configuration', status: 'error', text: explain(error) }];
  }
  const examined = checks.map(async ({ part, run }) => {
    try {
      const found = await run(config);
      const several = typeof found === 'string' ? [{ status: 'ok' as const, text: found }] : found;
      return several.map((finding) => ({ part, ...finding }));
    } catch (error) {
      return [{ part, status: 'error' as const, text: explain(error) }];
    }
  });
  return (await Promise.all(examined)).flat();
}

const checks: Check[] = [
  {
    part: 'configuration',
    run: ({ warnings, mode }) => [
      { status: 'ok', text: `${mode === 'noop' ? 'Noop mode: nothing is run.' : 'Operations run.'}` },
      ...warnings.map(warn),
    ],
  },
  {
    part: 'Node.js',
    run() {
      const { node } = process.versions;
      // One that is refused has not come this far.
      const { warning } = judgeNode(node);
      return warning ? [warn(warning)] : node;
    },
  },
  { part: 'SQLite', run: sqliteVersion },
  {
    part: 'programs',
    run: () =>
      programs.map(({ name, status, why }) => {
        const file = findInPath(name);
        if (file) return { status: 'ok', text: file };
        return { status, text: `${name} is missing. ${why} Install util-linux.` };
      }),
  },
  {
    part: 'processes',
    run({ processTracking }) {
      const { isStrict, text } = describeTracking(processTracking);
      return isStrict ? text : [warn(text)];
    },
  },
  { part: 'data folder', run: ({ root }) => checkFolder(root) },
  { part: 'library', run: ({ databasePath }) => checkDatabase(databasePath, inspectLibrary) },
  { part: 'jobs', run: ({ opsDatabasePath }) => checkDatabase(opsDatabasePath, inspectOps) },
  {
    part: 'index',
    run({ indexFolder }) {
      const files = liveFiles(indexFolder);
      if (!files) return 'No index yet. Rebuild it when the library has entries.';
      const { index } = verifyGeneration(files, () => {});
      return `${plural(index.count, 'vector')} in ${path.basename(path.dirname(files.index))}, intact`;
    },
  },
  { part: 'embedder', run: checkEmbedder },
  { part: 'workers', run: checkWorkers },
  {
    part: 'Google',
    run({ google: { keyFile } }) {
      if (keyFile === null) return 'No key, so no sheet can be a Google spreadsheet (CHL_GOOGLE_KEY_FILE)';
      return `Share spreadsheets with ${readGoogleKey(keyFile).email}`;
    },
  },
  { part: 'custom operations', run: checkCustomOperations },
  {
    part: 'server',
    run({ root }) {
      const found = findLockHolder(root);
      if (!found) return 'Not running. Start it with: npm start';
      const { pid = null, url = null } = found.holder ?? {};
      return url
        ? `Running at ${url}, process ${pid}`
        : `Process ${pid} uses the data folder: it is starting, or runs a command`;
    },
  },
  {
    part: 'disk',
    run({ root }) {
      const free = readFreeBytes(existing(root));
      if (free >= lowDiskBytes) return `${formatBytes(free)} free`;
      return [warn(`${formatBytes(free)} free; an import or a new index may need more. Free some space.`)];
    },
  },
];

function warn(text: string) {
  return { status: 'warning' as const, text };
}

function checkFolder(root: string) {
  inspectDataRoot(root);
  fs.accessSync(existing(root), fs.constants.R_OK | fs.constants.W_OK | fs.constants.X_OK);
  return fs.existsSync(root) ? root : `${root}, created at the first start`;
}

function checkDatabase(file: string, inspect: (file: string) => void) {
  if (!fs.existsSync(file)) return `${file}, created at the first start`;
  inspect(file);
  const damage = findDamage(file);
  if (damage === null) return `${file}, ${formatBytes(fs.statSync(file).size)}, intact`;
  throw new AppError('config', `${file} is damaged.${wayBack(file)}`);
}

function checkCustomOperations({ operationsFile }: Config) {
  if (!fs.existsSync(operationsFile)) return `None. Define them in ${operationsFile}.`;
  const custom = createCustomOperations({ file: operationsFile, reserved: reservedNames, onChange() {} });
  return [
    { status: 'ok' as const, text: `${formatNumber(custom.operations().length)} in ${operationsFile}` },
    ...custom
      .problems()
      .map(({ line, column, entry, message }) =>
        warn(`${operationsFile}:${line}:${column} ${entry ? `${entry}: ` : ''}${message}`),
      ),
  ];
}

/** The folder itself, or its nearest existing parent. */
function existing(folder: string): string {
  return fs.existsSync(folder) ? folder : existing(path.dirname(folder));
}
