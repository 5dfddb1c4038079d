// The command that puts back ops.db while the server is stopped.
import { assertConfirmed } from '../core/confirmation.ts';
import { invalidArguments } from '../core/arguments.ts';
import { AppError } from '../core/errors.ts';
import { formatNumber, plural } from '../core/format.ts';
import type { Command, Given } from '../core/terminal/command.ts';
import { switchFlag, textFlag } from '../core/terminal/flags.ts';
import type { Screen } from '../core/terminal/screen.ts';
import { userName } from '../core/user.ts';
import type { RestoredOps } from './restore-ops.ts';

const name = 'restore-ops';
const word = 'restore';

export const restoreCommands: Command[] = [
  {
    name,
    example: '20261128T020000Z-1117',
    summary: 'Puts back ops.db (jobs, audit log, saved settings) from a backup, while the server is stopped.',
    flags: {
      reason: textFlag('Reason, kept in the audit log'),
      confirm: textFlag(`The word ${word}`),
      old_tokens: switchFlag('Take the tokens of the backup if those of now cannot be read'),
    },
    wordsMax: 1,
    runHere: run,
  },
];

async function run({ name: backup, values }: Given, screen: Screen): Promise<number> {
  if (backup === '')
    throw invalidArguments([{ field: 'backup', message: 'Name a backup: a folder of the backups.' }]);
  const text = (value: unknown) => (value === undefined ? '' : String(value));
  const reason = text(values.reason).trim();
  assertConfirmed({ reason, confirm: text(values.confirm) }, word);
  const { loadConfig } = await import('../core/config.ts');
  const config = loadConfig();
  const release = await holdRoot(config.root);
  try {
    const { restoreOps } = await import('./restore-ops.ts');
    const by = { actor: userName, role: 'admin', peer: null, requestId: null, reason } as const;
    const acceptsOldTokens = values.old_tokens === true;
    const restored = await restoreOps({ config, backup, acceptsOldTokens, by, now: () => new Date() });
    return screen.show(restored, ...describe(restored));
  } finally {
    release();
  }
}

/** Throws `temporary` while a server, or another command that changes the data, runs. */
async function holdRoot(root: string): Promise<() => void> {
  const { acquireServerLock } = await import('../runner/server-lock.ts');
  try {
    return acquireServerLock(root, { pid: process.pid, url: null, since: new Date().toISOString() }).release;
  } catch (error) {
    const { holder = null } = ((error as AppError).details ?? {}) as { holder?: { pid: number } | null };
    if (!(error instanceof AppError) || !('holder' in (error.details ?? {}))) throw error;
    const user = holder === null ? 'another process' : `process ${holder.pid}`;
    const message = `The data folder ${root} is in use by ${user}. Stop the server, then run ${name} again. Nothing was changed.`;
    throw new AppError('temporary', message);
  }
}

function describe({
  backup,
  made_at,
  kept,
  last_row,
  lost,
  tokens,
  sessions,
  jobs_ended,
}: RestoredOps): string[] {
  const beside = kept === null ? '' : ` The replaced file is ${kept}.`;
  const gap =
    lost === null
      ? `The audit log goes on after row ${formatNumber(last_row)}.`
      : `The audit log goes on after row ${formatNumber(last_row)}; rows ${formatNumber(lost.from)} to ${formatNumber(lost.to)} are in the replaced file only.`;
  const those = tokens.of === 'now' ? 'kept as they are now' : 'are those of the backup: revoke the old ones';
  return [
    `ops.db is that of ${backup}, made ${made_at}.${beside}`,
    gap,
    `${plural(tokens.count, 'token')} ${those}; ${plural(sessions, 'session')} ended; ${plural(jobs_ended, 'unfinished job')} ended.`,
    'Start the server: npm start',
  ];
}
