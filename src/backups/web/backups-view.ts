// The page of backups as its address asks for it: the list of one kind, a page of it, and what is the same in all.
import { type Backup, backupKinds, type BackupKind } from '../../backup-store/backup.ts';
import { formatBytes, plural } from '../../core/format.ts';
import { url } from '../../core/url.ts';
import type { BackupsContext } from '../parts.ts';
import { viewActive } from '../active-jobs.ts';
import { describeIndex, kindWords, readStanding, type Standing, viewBackup } from './backup-view.ts';
import { viewCalendar } from './calendar-view.ts';
import { viewComeBack } from './come-back-view.ts';
import { readSet } from '../read-set.ts';
import { viewRun } from '../run-view.ts';
import { viewKept } from './kept-view.ts';

/** `before`: the id of the last backup of the page before. */
export type BackupsQuery = { kind?: BackupKind; before?: string };

const perPage = 20;

export async function viewBackups(ctx: BackupsContext, { kind, before }: BackupsQuery) {
  const { backups, backupSchedules, now, vanished } = ctx;
  const after = before === undefined ? null : backups.find(before);
  const found = backups.page({
    ...(kind ? { kind } : {}),
    ...(after ? { before: after } : {}),
    limit: perPage + 1,
  });
  const shown = found.slice(0, perPage);
  const standing = readStanding(ctx);
  const plan = backupSchedules.read();
  // Together: a disk that does not answer is waited for once.
  const reading = Promise.all(shown.map((backup) => viewRow(ctx, backup, standing)));
  const [comeBack, rows] = await Promise.all([viewComeBack(ctx), reading]);
  return {
    path: pageUrl({ kind, before }, '/ui/backups'),
    plan,
    /** Nothing is set up: there is neither a backup nor a schedule that makes one. */
    isNew: !plan.isMade && standing.newest === null,
    active: viewActive(ctx),
    run: {
      backup: viewRun(ctx, 'backup'),
      test: standing.newest === null ? null : viewRun(ctx, 'drill', { backup: standing.newest }),
    },
    calendar: viewCalendar(backups, now()),
    chips: viewChips(ctx, kind),
    backups: rows,
    newer: after ? pageUrl({ kind }) : null,
    older: found.length > perPage ? pageUrl({ kind, before: shown.at(-1)?.id }) : null,
    comeBack,
    /** Nobody has deleted these, and no later backup is there. */
    vanished: vanished.unasked().length,
    kept: viewKept(ctx.settings.all()),
  };
}

async function viewRow(ctx: BackupsContext, backup: Backup, standing: Standing) {
  const { manifest } = await readSet(ctx, backup);
  return { ...viewBackup(ctx, backup, standing), index: describeIndex(manifest) };
}

function pageUrl({ kind, before }: { [Key in keyof BackupsQuery]?: string | undefined }, path = '/backups') {
  return url(path, { kind: kind ?? null, before: before ?? null });
}

function viewChips({ backups }: Pick<BackupsContext, 'backups'>, current: BackupKind | undefined) {
  const totals = backups.totals();
  const ofKind = backupKinds.flatMap((kind) => totals.filter((one) => one.kind === kind));
  const sum = (read: (one: (typeof totals)[number]) => number) =>
    totals.reduce((total, one) => total + read(one), 0);
  const all = { word: 'All', sets: sum(({ sets }) => sets), href: pageUrl({}), isCurrent: !current };
  return {
    meta: `${plural(all.sets, 'backup')}, ${formatBytes(sum(({ bytes }) => bytes))}`,
    items: [
      all,
      ...ofKind.map(({ kind, sets }) => ({
        word: kindWords[kind],
        sets,
        href: pageUrl({ kind }),
        isCurrent: kind === current,
      })),
    ],
  };
}
