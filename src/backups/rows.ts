// Texts about backups on other pages: a row of the hub, a step of the setup, a fact of the home page, all from stored rows.
import type { Backup } from '../backup-store/backup.ts';
import type { BackupRepository } from '../backup-store/backup-repository.ts';
import { formatBytes, formatMinute } from '../core/format.ts';
import type { HubRow, HubState, OutlookFact, SetupStep } from '../core/hub-row.ts';
import type { BackupSchedules } from './backup-schedules.ts';

type Context = { backups: BackupRepository; backupSchedules: BackupSchedules };

const href = '/backups';

export const backupsRow = ({ backups, backupSchedules }: Context): HubRow => ({
  hub: 'storage',
  position: 10,
  icon: 'shield',
  name: 'Backups',
  href,
  dirtyOn: ['backups', 'schedules'],
  load(): HubState {
    const { isMade, sentence } = backupSchedules.read();
    const newest = backups.newest();
    if (!newest) return describeNone(isMade, sentence);
    const proven = backups.newestProven();
    const first = `Newest of ${formatMinute(newest.at)}, ${formatBytes(newest.bytes)}${proofWords[newest.proof]}.`;
    const rest = isMade ? first : `${first} ${sentence}`;
    const state = proven?.proof_at
      ? { sentence: `${rest} ${lastProven(newest, proven)}`, at: proven.proof_at }
      : { sentence: `${rest} No backup is proven.` };
    return newest.proof === 'failed' ? { ...state, badge: { tone: 'bad', label: 'Test failed' } } : state;
  },
});

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
