// Shows what the checks of the running server have found. Without one it checks the installation and the data itself. Changes
// nothing.
import { installationChecks } from '../checks/installation/installation-checks.ts';
import { stoppedChecks } from '../checks/installation/stopped-checks.ts';
import { createWatch, describeFailed, type Seen, type Watch } from '../checks/watch.ts';
import type { Check, Severity } from '../core/check.ts';
import { type Config, loadConfig } from '../core/config.ts';
import { applySavedSettings } from '../core/db/saved-settings.ts';
import { explain } from '../core/faults.ts';
import { withJson } from '../core/terminal/command.ts';
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
type Item = { title: string; says: string | null; found: (Found & { muted_until: string | null })[] };

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
  return (await askServer(config)) ?? examineHere(config);
}

/** Null when no server listens. */
async function askServer(config: Config): Promise<Finding[] | null> {
  const found = findLockHolder(config.root);
  const client = connectToServer(found?.holder ?? null);
  if (!client) return null;
  const { items } = await client.get<{ items: Item[] }>('/api/v1/checks');
  const server = `Running at ${found?.holder?.url}, process ${found?.holder?.pid}`;
  return [
    { part: 'server', status: 'ok', text: server },
    ...items.flatMap(({ title, says, found }) => describe(title, says ?? 'Not looked at yet.', found)),
  ];
}

async function examineHere(config: Config): Promise<Finding[]> {
  const checks = [...installationChecks(config), ...stoppedChecks(config, reservedNames)];
  const findings = await Promise.all(checks.map(look));
  return [...findings.flat(), { part: 'server', status: 'ok', text: describeServer(config) }];
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

/** What was seen, unless there is trouble, which says more. */
function describe(part: string, says: string, found: Found[]): Finding[] {
  const isWell = found.every(({ severity }) => severity === 'info');
  return [
    ...(isWell ? [{ part, status: 'ok' as const, text: says }] : []),
    ...found.map(({ severity, title, text }) => ({ part, status: severity, text: `${title}. ${text}` })),
  ];
}
