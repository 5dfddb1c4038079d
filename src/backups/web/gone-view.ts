// The view model of the page of a backup whose files are gone: its kind, and by whom and when it was removed.
import type { Backup } from '../../backup-store/backup.ts';
import { formatBytes } from '../../core/format.ts';
import { url } from '../../core/url.ts';
import { dayTime } from '../../web/template-globals.ts';
import { backupActions, backupTarget } from '../actions.ts';
import type { BackupsContext } from '../parts.ts';
import { kindOf } from './backup-view.ts';

export function viewGone({ audit, vanished }: Pick<BackupsContext, 'audit' | 'vanished'>, backup: Backup) {
  const { id, at, kind, bytes, job, note, gone_at: goneAt } = backup;
  const [newest] = audit.trail(backupTarget(id));
  const actor = newest?.event === backupActions.remove.name ? newest.actor : null;
  const remover = actor === null ? vanished.removerOf(id) : null;
  return {
    name: dayTime(at),
    at,
    kind: kindOf(backup),
    size: formatBytes(bytes),
    job,
    note,
    goneAt,
    actor,
    remover,
    why: remover === null && actor === null ? whyWords[kind] : null,
    audit: url('/audit', { target: backupTarget(id) }),
  };
}

const whyWords: Record<Backup['kind'], string> = {
  full: 'Nobody has deleted it here: its files were removed or moved in the folder of backups.',
  before_import: 'Imports remove the oldest of these copies.',
  before_update: 'It was removed by the rules of retention, or in the folder of backups.',
};
