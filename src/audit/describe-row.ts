// A row in words: its title, and one sentence from its detail.
import { formatBytes, plural, upperFirst } from '../core/format.ts';
import type { AuditRow } from './audit-row.ts';
import { titleOf } from './event-words.ts';
import { isAddition, textOf } from './value-changes.ts';

type Detail = Record<string, unknown>;

/** Members of a detail that the page shows in other places. */
const shownElsewhere = ['before', 'after', 'message', 'transition'];

const maxFactLength = 300;

/** `titles`: of the operations. */
export function describeRow(row: AuditRow, titles: ReadonlyMap<string, string>) {
  const isCount = typeof row.detail?.suppressed === 'number' && typeof row.detail.minute === 'string';
  if (isCount) return { title: titleFor(row), sentence: describeCount(row.detail ?? {}) };
  return { title: titleFor(row), sentence: row.detail === null ? null : sentenceOf(row, row.detail, titles) };
}

/** The words of a row that stands for those of a minute beyond the first ones. */
function describeCount(detail: Detail): string {
  return `${plural(numberIn(detail, 'suppressed'), 'more row')} of the same minute, with the code ${textIn(detail, 'code')}.`;
}

function titleFor({ event, outcome, detail }: AuditRow): string {
  if (event === 'job.finished') return `Job ${ended[String(detail?.status)] ?? 'ended'}`;
  return titleOf(event, outcome === 'ok', isAddition(detail));
}

const ended: Record<string, string> = { succeeded: 'done', failed: 'failed', cancelled: 'cancelled' };

/** The facts of a detail that no other part of the row shows, as `name` and text. */
export function factsOf({ detail }: AuditRow): [string, string][] {
  return Object.entries(detail ?? {}).flatMap(([name, value]): [string, string][] => {
    const text = shownElsewhere.includes(name) ? null : textOf(value);
    return text === null || text === '' ? [] : [[upperFirst(name.replaceAll('_', ' ')), cut(text)]];
  });
}

function sentenceOf({ event, outcome }: AuditRow, detail: Detail, titles: ReadonlyMap<string, string>) {
  if (typeof detail.message === 'string' && outcome !== 'ok') return detail.message;
  if (outcome === 'refused') return null;
  return sentences[event]?.(detail, titles) ?? null;
}

const textIn = (detail: Detail, name: string) =>
  typeof detail[name] === 'string' ? `${detail[name]}` : null;
const numberIn = (detail: Detail, name: string) => (typeof detail[name] === 'number' ? detail[name] : 0);

const sentences: Record<string, (detail: Detail, titles: ReadonlyMap<string, string>) => string | null> = {
  'job.accepted': describeRun,
  'job.removed': describeRun,
  'job.finished': (detail) => textIn(detail, 'failure'),
  'job.retrying': (detail) => textIn(detail, 'failure'),
  'jobs.bulk': (detail) =>
    `${upperFirst(textIn(detail, 'action') ?? 'change')}: ${plural(numberIn(detail, 'jobs'), 'job')}.`,
  'jobs.pruned': (detail) => `${plural(numberIn(detail, 'jobs'), 'job')}, by the daily clean-up.`,
  'schedule.missed': (detail) => `${plural(numberIn(detail, 'ticks'), 'due time')}.`,
  'schedule.run': (detail) => `Job #${numberIn(detail, 'job')}.`,
  'maintenance.began': describeLevel,
  'maintenance.entered': describeLevel,
  'maintenance.ended': describeLevel,
  'maintenance.overridden': (detail) => `Action ${textIn(detail, 'action')}.`,
  'finding.opened': (detail) => textIn(detail, 'title'),
  'finding.cleared': (detail) => textIn(detail, 'title'),
  'source.checked': (detail) => textIn(detail, 'text'),
  'credential.checked': (detail) => textIn(detail, 'text'),
  'embedder.checked': (detail) => textIn(detail, 'text'),
  'worker.lost': (detail) => textIn(detail, 'reason'),
  'worker.gave_up': (detail) => textIn(detail, 'message'),
  'queue.retry_failed': (detail) => `${plural(numberIn(detail, 'entries'), 'entry', 'entries')}.`,
  'library.download': describeFile,
  'export.download': describeFile,
  'snapshot.download': describeFile,
  'audit.download': describeFile,
  'server.started': (detail) => `Mode ${textIn(detail, 'mode')}.`,
  'ops.restored': describeGap,
  'library.restored': describeReplaced,
};

function describeReplaced({ kept }: Detail): string {
  return typeof kept === 'string' ? `The replaced file is ${kept}.` : 'There was no file to replace.';
}

/** `Rows 13 to 40 are only in ops.db.replaced-20261128T091200Z.` */
function describeGap({ lost, kept }: Detail): string | null {
  const { from, to } = (lost ?? {}) as Detail;
  if (from === undefined) return 'No row of the audit log is missing.';
  const where = typeof kept === 'string' ? `only in ${kept}` : 'lost';
  return from === to ? `Row ${from} is ${where}.` : `Rows ${from} to ${to} are ${where}.`;
}

/** `read_only` → `Read only.` */
function describeLevel(detail: Detail): string | null {
  const level = textIn(detail, 'level');
  return level && `${upperFirst(level.replaceAll('_', ' '))}.`;
}

/** `Import spreadsheet, dry run, again.` */
function describeRun(detail: Detail, titles: ReadonlyMap<string, string>): string | null {
  const name = textIn(detail, 'operation');
  if (name === null) return null;
  const args = (detail.args ?? {}) as Detail;
  const retried = typeof detail.retry_of === 'string' ? ', again' : '';
  return `${titles.get(name) ?? name}${args.dry_run === true ? ', dry run' : ''}${retried}.`;
}

function describeFile(detail: Detail): string | null {
  const name = textIn(detail, 'file_name');
  return name === null ? null : `${name}, ${formatBytes(numberIn(detail, 'bytes'))}.`;
}

function cut(text: string): string {
  return text.length > maxFactLength ? `${text.slice(0, maxFactLength)}…` : text;
}
