// Shows what the checks of the running server have found. Without one it checks the installation and the data itself. Changes
// nothing.
import { installationChecks } from '../checks/installation/installation-checks.ts';
import { stoppedChecks } from '../checks/installation/stopped-checks.ts';
import { createWatch, describeFailed, type Seen, type Watch } from '../checks/watch.ts';
import type { Check, Severity } from '../core/check.ts';
import { type Config, loadConfig } from '../core/config.ts';
import { applySavedSettings } from '../core/db/saved-settings.ts';
import { explain } from '../core/faults.ts';
import { type Client, withJson } from '../core/terminal/command.ts';
import { exits } from '../core/terminal/exit-codes.ts';
import { readFlags } from '../core/terminal/flags.ts';
import type { Screen } from '../core/terminal/screen.ts';
import { reservedNames } from '../declared-operations.ts';
import { findLockHolder } from '../runner/server-lock.ts';
import { connectToServer } from './client.ts';

type Status = 'ok' | Severity;
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
    config = applySavedSettings(loadConfig());
  } catch (error) {
    return [{ part: 'configuration', status: 'error', text: explain(error) }];
  }
  const holder = findLockHolder(config.root)?.holder;
  const client = connectToServer(holder ?? null, answerMaxMs);
  if (!client) return examineHere(config);
  try {
    const server = `Running at ${holder?.url}, process ${holder?.pid}`;
    return [{ part: 'server', status: 'ok', text: server }, ...(await askServer(client))];
  } catch (error) {
    const here = await examineAll(installationChecks(config));
    return [{ part: 'server', status: 'error', text: explain(error) }, ...here];
  }
}

const answerMaxMs = 15_000;

/** Throws when the server refuses the token, or gives no answer in time. */
async function askServer(client: Client): Promise<Finding[]> {
  const { items } = await client.get<{ items: Item[] }>('/api/v1/checks');
  return items.flatMap(({ title, says, found }) => describe(title, says ?? 'Not run yet.', found));
}

async function examineHere(config: Config): Promise<Finding[]> {
  const checks = [...installationChecks(config), ...stoppedChecks(config, reservedNames)];
  const server = { part: 'server', status: 'ok', text: describeServer(config) } as const;
  return [...(await examineAll(checks)), server];
}

async function examineAll(checks: Check[]): Promise<Finding[]> {
  return (await Promise.all(checks.map(look))).flat();
}

function describeServer({ root }: Config): string {
  const found = findLockHolder(root);
  if (found) return `Process ${found.holder?.pid} uses the data folder: it is starting, or runs a command`;
  return 'Not running. Start it with: npm start. The checks of running parts need it.';
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
