// Shows what the checks of the running server have found. Without one it checks the installation and the data itself. Changes
// nothing.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { refuseNested } from '../backup-store/refuse-nested.ts';
import { stoppedChecks } from '../checks/installation/stopped-checks.ts';
import { createWatch, describeFailed, type Seen, type Watch } from '../checks/watch.ts';
import type { Check, CheckHead, Severity } from '../core/check.ts';
import { type Config, loadConfig } from '../core/config.ts';
import { aloneBusyMs, type Db, openDatabase } from '../core/db/open.ts';
import { prepareOps } from '../core/db/ops.ts';
import { applySavedSettings } from '../core/db/saved-settings.ts';
import { explain } from '../core/faults.ts';
import { type Client, withJson } from '../core/terminal/command.ts';
import { exits } from '../core/terminal/exit-codes.ts';
import { readFlags } from '../core/terminal/flags.ts';
import type { Screen } from '../core/terminal/screen.ts';
import { adviseOnDatabases } from '../damage/advise.ts';
import { checksOfFiles, checksOfOps, checksOfServer, headsOfOps } from '../declared-checks.ts';
import { findLockHolder } from '../runner/server-lock.ts';
import { connectToServer } from './client.ts';

/** unknown: not looked at. */
type Status = 'ok' | 'unknown' | Severity;
export type Finding = { part: string; status: Status; text: string };
type Found = { severity: Severity; title: string; text: string };
/** A check as the API gives it. */
type Item = { title: string; says: string | null; found: Found[] };

export async function doctor(words: string[], screen: Screen): Promise<number> {
  readFlags(words, withJson());
  const findings = await examine();
  for (const { part, status, text } of findings)
    screen.line(`${status.padEnd(8)} ${part.padEnd(20)} ${text}`);
  screen.json({ findings });
  return findings.some(({ status }) => status === 'error') ? exits.failed : exits.succeeded;
}

async function examine(): Promise<Finding[]> {
  let config: Config;
  try {
    config = loadConfig();
    refuseNested(config);
    adviseOnDatabases(config, () => false);
    config = applySavedSettings(config);
  } catch (error) {
    return [{ part: 'configuration', status: 'error', text: explain(error) }];
  }
  const holder = findLockHolder(config.root)?.holder;
  const client = connectToServer(holder ?? null, answerMaxMs);
  if (!client) return [...(await examineHere(config, stoppedChecks(config))), describeServer(config)];
  try {
    const server = `Running at ${holder?.url}, process ${holder?.pid}`;
    return [{ part: 'server', status: 'ok', text: server }, ...(await askServer(client))];
  } catch (error) {
    return [{ part: 'server', status: 'error', text: explain(error) }, ...(await examineHere(config, []))];
  }
}

const answerMaxMs = 15_000;

/** Throws when the server refuses the token, or gives no answer in time. */
async function askServer(client: Client): Promise<Finding[]> {
  const { items } = await client.get<{ items: Item[] }>('/api/v1/checks');
  return items.flatMap(({ title, says, found }) => describe(title, says ?? 'Not run yet.', found));
}

/** Runs the checks that need no server, and `more`; names the others. */
async function examineHere(config: Config, more: Check[]): Promise<Finding[]> {
  const ofOps = openOpsChecks(config);
  const checks = [...checksOfFiles(config), ...(ofOps?.checks ?? []), ...more];
  try {
    const looked = await Promise.all(checks.map(look));
    return [...looked.flat(), ...listUnknown(checks.map(({ id }) => id))];
  } finally {
    await ofOps?.end();
  }
}

/** Null for an ops.db that cannot be read, or is older than this version. */
function openOpsChecks(config: Config): ReturnType<typeof checksOfOps> | null {
  const isThere = fs.existsSync(config.opsDatabasePath);
  const folder = isThere ? null : fs.mkdtempSync(path.join(os.tmpdir(), 'chl-doctor-'));
  let ops: Db | null = null;
  const close = () => {
    ops?.close();
    if (folder !== null) fs.rmSync(folder, { recursive: true, force: true });
  };
  try {
    // The first start of the server creates the same.
    ops = folder === null ? openReadonly(config.opsDatabasePath) : prepareOps(path.join(folder, 'ops.db'));
    const { checks, end } = checksOfOps(config, ops);
    return { checks, end: () => end().finally(close) };
  } catch {
    close();
    return null;
  }
}

function openReadonly(file: string): Db {
  return openDatabase(file, { busyMs: aloneBusyMs, readonly: true });
}

function listUnknown(ranIds: string[]): Finding[] {
  const others = (heads: typeof checksOfServer) =>
    heads.filter(({ id, insteadIds = [] }) => ![id, ...insteadIds].some((one) => ranIds.includes(one)));
  const nameAll = (heads: CheckHead[], why: string): Finding[] =>
    heads.map(({ id, title }) => ({ part: title ?? id, status: 'unknown', text: `Not looked at: ${why}` }));
  return [
    ...nameAll(others(checksOfServer), 'it needs the running server.'),
    ...nameAll(others(headsOfOps), 'ops.db cannot be read, or is older than this version.'),
  ];
}

function describeServer({ root }: Config): Finding {
  const found = findLockHolder(root);
  const text = found
    ? `Process ${found.holder?.pid} uses the data folder: it is starting, or runs a command`
    : 'Not running. Start it with: npm start';
  return { part: 'server', status: 'ok', text };
}

async function look(check: Check): Promise<Finding[]> {
  const watch: Watch = createWatch(check, { now: () => new Date(), steadyNow: () => performance.now() });
  const seen = await new Promise<Seen>((resolve) => void watch.look(resolve));
  if (seen.error !== null) return describe(watch.title, '', [describeFailed(watch.title, seen.error)]);
  return describe(watch.title, seen.says, seen.found);
}

/** Leaves out what the look saw when it found trouble, which says more. */
function describe(part: string, says: string, found: Found[]): Finding[] {
  const isWell = found.every(({ severity }) => severity === 'info');
  return [
    ...(isWell ? [{ part, status: 'ok' as const, text: says }] : []),
    ...found.map(({ severity, title, text }) => ({ part, status: severity, text: `${title}. ${text}` })),
  ];
}
