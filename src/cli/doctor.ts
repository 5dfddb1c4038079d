// Looks at the installation and the data, and says of each part: ok, or what to do. Changes nothing; works with and
// without a server.
import fs from 'node:fs';
import path from 'node:path';
import { type Config, loadConfig } from '../core/config.ts';
import { findDamage, sqliteVersion } from '../core/db/check.ts';
import { AppError } from '../core/errors.ts';
import { liveFiles } from '../index/generation-files.ts';
import { verifyGeneration } from '../index/verify.ts';
import { reservedNames } from '../features.ts';
import { createCustomOperations } from '../operations/custom-operations.ts';
import { findInPath } from '../runner/child.ts';
import { findLockHolder } from '../runner/server-lock.ts';
import { formatBytes, formatNumber, plural } from '../core/format.ts';
import { checkEmbedder, checkWorkers } from './doctor-embedding.ts';
import { exits } from '../core/terminal/exit-codes.ts';
import { readFlags, switchFlag } from '../core/terminal/flags.ts';
import type { Screen } from '../core/terminal/screen.ts';

type Status = 'ok' | 'warning' | 'error';
export type Finding = { part: string; status: Status; text: string };
type Found = Finding['text'] | Omit<Finding, 'part'>[];
type Check = { part: string; look(config: Config): Found | Promise<Found> };

const minNode = [20, 20] as const;
const minFreeBytes = 512 * 1024 * 1024;

export async function doctor(words: string[], screen: Screen): Promise<number> {
  readFlags(words, { json: switchFlag('Print JSON') });
  const findings = await examine();
  for (const { part, status, text } of findings)
    screen.line(`${status.padEnd(8)} ${part.padEnd(20)} ${text}`);
  const worst = findings.some(({ status }) => status === 'error');
  screen.json({ findings });
  return worst ? exits.failed : exits.succeeded;
}

/** A check that throws is an error: what it says is why. */
async function examine(): Promise<Finding[]> {
  let config: Config;
  try {
    config = loadConfig();
  } catch (error) {
    return [{ part: 'configuration', status: 'error', text: (error as Error).message }];
  }
  const examined = checks.map(async ({ part, look }) => {
    try {
      const found = await look(config);
      const several = typeof found === 'string' ? [{ status: 'ok' as const, text: found }] : found;
      return several.map((finding) => ({ part, ...finding }));
    } catch (error) {
      return [{ part, status: 'error' as const, text: (error as Error).message }];
    }
  });
  return (await Promise.all(examined)).flat();
}

const checks: Check[] = [
  {
    part: 'configuration',
    look: ({ unknownVariables, mode }) => [
      { status: 'ok', text: `${mode === 'noop' ? 'Noop mode: nothing is run.' : 'Operations are run.'}` },
      ...unknownVariables.map((name) => warn(`${name} is set, but this version does not know it. Unset it.`)),
    ],
  },
  {
    part: 'Node.js',
    look() {
      const { node } = process.versions;
      const [major = 0, minor = 0] = node.split('.').map(Number);
      const [minMajor, minMinor] = minNode;
      if (major > minMajor || (major === minMajor && minor >= minMinor)) return node;
      throw new AppError('config', `${node} is too old. Install ${minNode.join('.')} or newer.`);
    },
  },
  { part: 'SQLite', look: sqliteVersion },
  {
    part: 'programs',
    look: () =>
      [
        { name: 'flock', status: 'error' as const, why: 'Without it the data folder cannot be locked.' },
        {
          name: 'setpriv',
          status: 'warning' as const,
          why: 'Without it a script outlives a server that is killed, until the next start.',
        },
      ].map(({ name, status, why }) => {
        const file = findInPath(name);
        return file
          ? { status: 'ok', text: file }
          : { status, text: `${name} is missing. ${why} Install util-linux.` };
      }),
  },
  { part: 'data folder', look: ({ root }) => checkFolder(root) },
  { part: 'library', look: ({ databasePath }) => checkDatabase(databasePath) },
  { part: 'jobs', look: ({ opsDatabasePath }) => checkDatabase(opsDatabasePath) },
  {
    part: 'index',
    look({ indexFolder }) {
      const files = liveFiles(indexFolder);
      if (!files) return 'There is none yet. Rebuild the index when the library has entries.';
      const { index } = verifyGeneration(files, () => {});
      return `${plural(index.count, 'vector')} in ${path.basename(path.dirname(files.index))}, whole`;
    },
  },
  { part: 'embedder', look: checkEmbedder },
  { part: 'workers', look: checkWorkers },
  { part: 'own operations', look: checkCustomOperations },
  {
    part: 'server',
    look({ root }) {
      const found = findLockHolder(root);
      if (!found) return 'Not running. Start it with: npm start';
      const { pid = null, url = null } = found.holder ?? {};
      return url
        ? `Running at ${url}, process ${pid}`
        : `Process ${pid} has the data folder: it starts, or is a run by hand`;
    },
  },
  {
    part: 'disk',
    look({ root }) {
      const { bavail, bsize } = fs.statfsSync(existing(root));
      const free = bavail * bsize;
      if (free >= minFreeBytes) return `${formatBytes(free)} free`;
      return [warn(`${formatBytes(free)} free, which an import or a new index may need. Make room.`)];
    },
  },
];

function warn(text: string) {
  return { status: 'warning' as const, text };
}

function checkFolder(root: string) {
  fs.accessSync(existing(root), fs.constants.R_OK | fs.constants.W_OK | fs.constants.X_OK);
  return fs.existsSync(root) ? root : `${root}, made at the first start`;
}

function checkDatabase(file: string) {
  if (!fs.existsSync(file)) return `${file}, made at the first start`;
  const damage = findDamage(file);
  if (damage === null) return `${file}, ${formatBytes(fs.statSync(file).size)}, whole`;
  throw new AppError(
    'config',
    `${file} is damaged: ${damage}. Stop the server, and put a backup in its place.`,
  );
}

function checkCustomOperations({ operationsFile }: Config) {
  if (!fs.existsSync(operationsFile)) return `None; they would stand in ${operationsFile}`;
  const own = createCustomOperations({
    file: operationsFile,
    reserved: reservedNames,
    intervalMs: 0,
    onChange() {},
  });
  const loaded = {
    status: 'ok' as const,
    text: `${formatNumber(own.operations().length)} in ${operationsFile}`,
  };
  const problems = own
    .problems()
    .map(({ line, column, entry, message }) =>
      warn(`${operationsFile}:${line}:${column} ${entry ? `${entry}: ` : ''}${message}`),
    );
  return [loaded, ...problems];
}

/** The folder itself, or the nearest one above it that is there. */
function existing(folder: string): string {
  return fs.existsSync(folder) ? folder : existing(path.dirname(folder));
}
