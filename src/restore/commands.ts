// The commands that put back the file of a database while the server is stopped.
import { assertConfirmed } from '../core/confirmation.ts';
import { invalidArguments } from '../core/arguments.ts';
import type { Requester } from '../core/audit.ts';
import type { Config } from '../core/config.ts';
import { formatNumber, plural } from '../core/format.ts';
import type { Command, Given } from '../core/terminal/command.ts';
import { switchFlag, textFlag } from '../core/terminal/flags.ts';
import type { Screen } from '../core/terminal/screen.ts';
import { userName } from '../core/user.ts';
import type { ReplacedLibrary } from './replace-library.ts';
import type { RestoredOps } from './restore-ops.ts';

const word = 'restore';
const example = '20261128T020000Z-1117';
const flags = {
  reason: textFlag('Reason, kept in the audit log'),
  confirm: textFlag(`The word ${word}`),
};

export const restoreCommands: Command[] = [
  {
    name: 'restore-library',
    example,
    summary: 'Puts back chl.db (all entries) from a backup, while the server is stopped.',
    flags,
    wordsMax: 1,
    runHere: (given, screen) => run('restore-library', given, screen, restoreLibrary),
  },
  {
    name: 'restore-ops',
    example,
    summary: 'Puts back ops.db (jobs, audit log, saved settings) from a backup, while the server is stopped.',
    flags: {
      ...flags,
      old_tokens: switchFlag('Take the tokens of the backup if those of now cannot be read'),
    },
    wordsMax: 1,
    runHere: (given, screen) => run('restore-ops', given, screen, restoreOps),
  },
];

type Request = { config: Config; backup: string; by: Requester; now: () => Date };
type Restored = { body: Record<string, unknown>; lines: string[] };

async function run(
  command: string,
  given: Given,
  screen: Screen,
  restore: (request: Request, given: Given) => Promise<Restored>,
): Promise<number> {
  const { name: backup, values } = given;
  if (backup === '')
    throw invalidArguments([{ field: 'backup', message: 'Name a backup: a folder of the backups.' }]);
  const text = (value: unknown) => (value === undefined ? '' : String(value));
  const reason = text(values.reason).trim();
  assertConfirmed({ reason, confirm: text(values.confirm) }, word);
  const { loadConfig } = await import('../core/config.ts');
  const config = loadConfig();
  const { assertThere } = await import('./assert-there.ts');
  await assertThere(config, backup, command === 'restore-ops' ? 'ops.db' : 'library.db');
  const { holdRoot } = await import('../runner/hold-root.ts');
  const release = holdRoot(config.root, `Stop the server, then run ${command} again.`);
  try {
    const by = { actor: userName, role: 'admin', peer: null, requestId: null, reason } as const;
    const request = { config, backup, by, now: () => new Date() };
    const { offeringInstead } = await import('./instead.ts');
    const { body, lines } = await offeringInstead(config, backup, () => restore(request, given));
    return screen.show(body, ...lines, 'Start the server: npm start');
  } finally {
    release();
  }
}

/** Loads the database only for a command that needs it. */
async function restoreLibrary(request: Request): Promise<Restored> {
  const { replaceLibrary } = await import('./replace-library.ts');
  const replaced = await replaceLibrary(request);
  return { body: replaced, lines: describeLibrary(replaced) };
}

async function restoreOps(request: Request, { values }: Given): Promise<Restored> {
  const { restoreOps: restore } = await import('./restore-ops.ts');
  const restored = await restore({ ...request, acceptsOldTokens: values.old_tokens === true });
  return { body: restored, lines: describeOps(restored) };
}

function describeLibrary({ backup, made_at, kept, unrecorded }: ReplacedLibrary): string[] {
  const record =
    unrecorded === null ? 'The audit log has a row of it.' : `The audit log has no row of it: ${unrecorded}`;
  return [
    `chl.db is that of ${backup}, made ${made_at}.${describeKept(kept)}`,
    record,
    'The index is not restored with it: repair it after the start, with npm run chl -- repair.',
  ];
}

function describeOps({
  backup,
  made_at,
  kept,
  last_row,
  lost,
  tokens,
  sessions,
  jobs_ended,
  windows_ended,
}: RestoredOps): string[] {
  const gap =
    lost === null
      ? `The audit log goes on after row ${formatNumber(last_row)}.`
      : `The audit log goes on after row ${formatNumber(last_row)}; rows ${formatNumber(lost.from)} to ${formatNumber(lost.to)} are in the replaced file only.`;
  const those = tokens.of === 'now' ? 'kept as they are now' : 'are those of the backup: revoke the old ones';
  return [
    `ops.db is that of ${backup}, made ${made_at}.${describeKept(kept)}`,
    gap,
    `${plural(tokens.count, 'token')} ${those}; ${plural(sessions, 'session')} ended; ${plural(jobs_ended, 'unfinished job')} ended; ${plural(windows_ended, 'maintenance window')} ended.`,
  ];
}

function describeKept(kept: string | null): string {
  return kept === null ? '' : ` The replaced file is ${kept}.`;
}
