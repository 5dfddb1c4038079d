// Backups on other pages: a row of the hub, a step of the setup, a fact of the home page, all from stored rows.
import type { Backup } from '../backup-store/backup.ts';
import type { BackupRepository } from '../backup-store/backup-repository.ts';
import { formatBytes, formatMinute } from '../core/format.ts';
import type { HubAction, HubRow, HubState, OutlookFact, SetupStep } from '../core/hub-row.ts';
import type { Args } from '../core/operation.ts';
import { url } from '../core/url.ts';
import { viewActive } from './active-jobs.ts';
import type { BackupSchedules } from './backup-schedules.ts';
import type { BackupsContext } from './parts.ts';
import { viewRun } from './run-view.ts';

type Context = { backups: BackupRepository; backupSchedules: BackupSchedules };
type RunContext = Pick<BackupsContext, 'catalogue' | 'libraryState' | 'repository'>;

const href = '/backups';

export const backupsRow = ({ backups, backupSchedules, ...ctx }: Context & RunContext): HubRow => ({
  hub: 'storage',
  position: 10,
  icon: 'shield',
  name: 'Backups',
  href,
  dirtyOn: ['backups', 'schedules', 'job'],
  load() {
    const { isMade, sentence } = backupSchedules.read();
    const newest = backups.newest();
    const action = chooseAction(ctx, newest, isMade);
    const state = newest
      ? describeNewest(backups, newest, isMade ? '' : sentence)
      : describeNone(isMade, sentence);
    return action ? { ...state, action } : state;
  },
});

/** The running job, else the next step towards a proven backup. */
function chooseAction(ctx: RunContext, newest: Backup | null, isMade: boolean): HubAction | null {
  const [active] = viewActive(ctx).jobs;
  if (active) return { kind: 'page', label: `${active.word}: #${active.number}`, href: active.href };
  if (!newest && !isMade) return { kind: 'page', label: 'Set up', hidden: 'backups', href: url(href) };
  const isOpen = newest?.proof === 'none' || newest?.proof === 'inconclusive';
  if (isOpen) return runAction(ctx, 'drill', 'Test newest', { backup: newest.id });
  return runAction(ctx, 'backup', 'Back up now');
}

function runAction(ctx: RunContext, name: string, label: string, args: Args = {}): HubAction | null {
  const run = viewRun(ctx, name, args);
  return run && { kind: 'button', label, href: run.action, needs: run.needs, fields: run.fields };
}

function describeNewest(backups: BackupRepository, newest: Backup, schedule: string): HubState {
  const proven = backups.newestProven();
  const first = `Newest of ${formatMinute(newest.at)}, ${formatBytes(newest.bytes)}${proofWords[newest.proof]}.`;
  const rest = [first, schedule].filter(Boolean).join(' ');
  const state = proven?.proof_at
    ? { sentence: `${rest} ${lastProven(newest, proven)}`, at: proven.proof_at }
    : { sentence: `${rest} No backup is proven.` };
  return newest.proof === 'failed' ? { ...state, badge: { tone: 'bad', label: 'Test failed' } } : state;
}

function lastProven(newest: Backup, proven: Backup): string {
  return `${newest.id === proven.id ? 'Proven' : 'Last proven'} by a restore test`;
}

const proofWords: Record<Backup['proof'], string> = {
  none: ', not tested',
  proven: '',
  failed: ', failed its test',
  inconclusive: ', tested without a result',
};

function describeNone(isMade: boolean, sentence: string): HubState {
  if (isMade) return { sentence: `No backup yet. ${sentence}` };
  return {
    sentence: 'Nothing is backed up but the copy before each import.',
    badge: { tone: 'warn', label: 'Not set up' },
  };
}

/** Done when a restore test has proven a backup that is still there. */
export const backupStep = ({ backups }: Pick<Context, 'backups'>): SetupStep => ({
  position: 45,
  title: 'Prove a backup',
  text: 'Make a backup, and test it by restoring it beside the library.',
  href,
  isDone: () => backups.newestProven() !== null,
  dirtyOn: ['backups'],
});

/** Absent until there is a backup. */
export const backupFact = ({ backups }: Pick<Context, 'backups'>): OutlookFact => ({
  position: 30,
  icon: 'shield',
  href,
  dirtyOn: ['backups'],
  load() {
    const newest = backups.newest();
    if (!newest) return null;
    const words = ['Backup', { at: newest.at }];
    const proven = backups.newestProven();
    if (newest.proof === 'failed') return { words: [...words, ', its test failed'], isWarning: true };
    if (newest.proof === 'proven') return { words: [...words, ', proven'] };
    if (!proven) return { words: [...words, ', not tested'] };
    return { words: [...words, ', last proven', { at: proven.proof_at ?? proven.at }] };
  },
});
