// The view model of one backup in words.
import type { Backup } from '../../backup-store/backup.ts';
import type { Manifest } from '../../backup-store/manifest.ts';
import { formatBytes } from '../../core/format.ts';
import { url } from '../../core/url.ts';
import { dayTime } from '../../web/template-globals.ts';
import type { BackupsContext } from '../parts.ts';
import { viewRestore, viewRun } from '../run-view.ts';
import { canBeProven } from '../testable.ts';

/** `newestProven`: the id of the newest one that is proven; `newest` that of the newest full one. */
export type Standing = { newest: string | null; newestProven: string | null };

export function readStanding({ backups }: Pick<BackupsContext, 'backups'>): Standing {
  return { newest: backups.newest()?.id ?? null, newestProven: backups.newestProven()?.id ?? null };
}

export function viewBackup(ctx: BackupsContext, backup: Backup, standing: Standing) {
  const { id, at, bytes, job, proof } = backup;
  return {
    id,
    href: url(`/backups/${encodeURIComponent(id)}`),
    name: dayTime(at),
    at,
    kind: kindOf(backup),
    job,
    badge: badges[proof],
    size: formatBytes(bytes),
    remark: describeRemark(ctx, backup, standing),
    test: canBeProven(backup) ? viewRun(ctx, 'drill', { backup: id }) : null,
    restore: viewRestore(ctx, id),
  };
}

const badges = {
  none: { isQuiet: true, tone: 'idle', icon: 'clock', word: 'Not tested' },
  proven: { isQuiet: true, tone: 'ok', icon: 'shield', word: 'Proven' },
  failed: { isQuiet: false, tone: 'bad', icon: 'cross', word: 'Test failed' },
  inconclusive: { isQuiet: false, tone: 'warn', icon: 'help', word: 'Test without a result' },
};

export const kindWords: Record<Backup['kind'], string> = {
  full: 'Full',
  before_import: 'Before an import',
  before_update: 'Before an update',
};

/** Null where no manifest says it. */
export function describeIndex(manifest: Manifest | null): string | null {
  if (manifest === null) return null;
  return manifest.index === null ? 'without index' : 'with index';
}

/** `Before import #1197` */
export function kindOf({ kind, job }: Backup): string {
  return kind === 'before_import' && job !== null ? `Before job #${job}` : kindWords[kind];
}

/** The note of a person, else the outcome of the test, else why it stays. */
function describeRemark(
  { backupSchedules }: BackupsContext,
  { id, is_kept: isKept, kind, note, proof, proof_text: proofText }: Backup,
  { newest, newestProven }: Standing,
): string {
  if (proof === 'failed' || proof === 'inconclusive') return proofText ?? '';
  if (isKept) return note ? `Kept: ${note}` : 'Kept';
  if (note) return note;
  if (id === newestProven) return 'Newest proven: retention keeps it';
  if (kind === 'before_import') return 'Made by the job; its undo uses it';
  const next = id === newest && proof === 'none' ? backupSchedules.read().nextTest : null;
  return next ? `Test due ${dayTime(next.at)}` : '';
}
