// The tables of a plan, in the order of risk, each a page of its rows.
import { lowerFirst, plural } from '../../core/format.ts';
import { shorten } from '../../core/shorten.ts';
import { url } from '../../core/url.ts';
import {
  type PlanOutcome,
  type StoredPlan,
  type StoredRow,
  withPlan,
} from '../../plan-store/plan-repository.ts';
import { createDiffs, type DiffPart } from '../diff.ts';
import type { PlanContext } from '../parts.ts';
import { comparesSheet, type Plan, sumOf } from '../plan.ts';
import { viewCause } from './cause.ts';
import { wordsOf } from './outcome-words.ts';

/** `tab` and `change` filter the rows; each other key is an outcome, with the `seq` after which its page begins. */
export type TableQuery = { tab?: string; change?: string } & Partial<Record<PlanOutcome, number>>;

const rowsPerPage = 20;
/** Time that a page may take to compare texts, which blocks every other request. */
const diffBudgetMs = 250;

const tables: {
  outcome: PlanOutcome;
  kind: 'problems' | 'left-alone' | 'entries' | 'changes';
  note: string;
}[] = [
  { outcome: 'wrong', kind: 'problems', note: '' },
  { outcome: 'left_alone', kind: 'left-alone', note: 'not touched by this plan' },
  { outcome: 'removed', kind: 'entries', note: 'only the library has them' },
  { outcome: 'changed', kind: 'changes', note: '' },
  { outcome: 'added', kind: 'entries', note: '' },
  { outcome: 'warning', kind: 'problems', note: 'they stop nothing' },
];

export function viewTables({ config }: Pick<PlanContext, 'config'>, plan: Plan, query: TableQuery) {
  const diff = createDiffs(diffBudgetMs);
  const view = (stored: StoredPlan) =>
    tables.flatMap((table) => viewTable(plan, query, stored, table, diff) ?? []);
  return withPlan(config.root, plan.job.id, view) ?? [];
}

function viewTable(
  plan: Plan,
  query: TableQuery,
  stored: StoredPlan,
  { outcome, kind, note }: (typeof tables)[number],
  diff: Diff,
) {
  const { tab } = query;
  const change = outcome === 'changed' ? query.change : undefined;
  const isListed = (tally: Plan['tallies'][number]) =>
    tally.outcome === outcome && (tab === undefined || tally.tab === tab);
  if (sumOf(plan.tallies, isListed) === 0) return null;
  const total = sumOf(plan.tallies, (tally) => isListed(tally) && (change ?? tally.change) === tally.change);
  const filter = { outcome, tab, change };
  const after = query[outcome] ?? 0;
  const found = stored.rows(filter, after, rowsPerPage + 1);
  const rows = found.slice(0, rowsPerPage);
  const link = (seq: number) =>
    url(`/plans/${plan.job.number}#${outcome}`, { ...query, [outcome]: seq === 0 ? undefined : seq });
  const before = after === 0 ? 0 : stored.position(filter, after);
  const hasNote = outcome !== 'removed' || comparesSheet(plan);
  const noun = outcome === 'wrong' || outcome === 'warning' ? ['problem', 'problems'] : ['row', 'rows'];
  return {
    outcome,
    title: wordsOf(plan.operation)[outcome],
    kind,
    meta: [plural(total, noun[0] ?? '', noun[1]), hasNote ? note : ''].filter(Boolean).join(', '),
    rows: rows.map((row) => viewRow(row, kind, diff)),
    chips: outcome === 'changed' ? viewChanges(plan, query, isListed) : [],
    cause: outcome === 'removed' ? viewCause(plan) : null,
    range: { from: before + 1, to: before + rows.length, total },
    previous: after === 0 ? null : link(stored.previous(filter, after, rowsPerPage)),
    next: found.length > rowsPerPage ? link(rows.at(-1)?.seq ?? 0) : null,
    csv: url(`/plans/${plan.job.number}.csv`, { outcome }),
  };
}

/** Links that show one kind of change: `text`, `only line endings`. */
function viewChanges(
  { job, tallies }: Plan,
  query: TableQuery,
  isListed: (tally: Plan['tallies'][number]) => boolean,
) {
  const changes = [...new Set(tallies.filter(isListed).map(({ change }) => change ?? 'text'))].sort();
  if (changes.length < 2) return [];
  return [undefined, ...changes].map((change) => ({
    word: change === undefined ? 'All' : change === 'text' ? 'Text' : change.replace(/^o/, 'O'),
    rows: sumOf(tallies, (tally) => isListed(tally) && (change ?? tally.change) === tally.change),
    href: url(`/plans/${job.number}#changed`, { tab: query.tab, change }),
    isCurrent: change === query.change,
  }));
}

type Diff = (from: string, to: string) => DiffPart[];

function viewRow(row: StoredRow, kind: string, diff: Diff) {
  const { tab, key, title, category, column, value, message } = row;
  return {
    tab,
    row: row.row,
    title: shorten(title),
    key: shorten(key),
    category,
    noun: nouns[tab] ?? tab,
    column,
    value: value === null ? null : shorten(value),
    message,
    fields: kind === 'changes' ? row.fields.map((field) => viewField(field, diff)) : [],
  };
}

const nouns: Record<string, string> = {
  Categories: 'category',
  Experiences: 'experience',
  Manuals: 'manual',
};

/** `note`: what a person does not see in the texts themselves. */
function viewField({ field, from, to, difference }: StoredRow['fields'][number], diff: Diff) {
  if (difference) return { field, note: describeDifference(difference, from ?? '', to ?? ''), parts: [] };
  if (from === null) return { field, note: 'was empty', parts: diff('', to ?? '') };
  if (to === null) return { field, note: 'becomes empty', parts: diff(from, '') };
  return { field, note: null, parts: diff(from, to) };
}

/** `only line endings` → `Only line endings differ (LF, now CRLF)` */
function describeDifference(difference: string, from: string, to: string): string {
  const name = lowerFirst(difference.replace(/^only /, ''));
  const detail = difference.includes('line endings') ? ` (${lineEnds(from)}, now ${lineEnds(to)})` : '';
  return `Only ${name} ${name.endsWith('form') ? 'differs' : 'differ'}${detail}`;
}

function lineEnds(text: string): string {
  const found = new Set(text.match(/\r\n|\r|\n/g));
  if (found.size > 1) return 'mixed';
  const [end] = found;
  return end === undefined ? 'none' : end.replace('\r', 'CR').replace('\n', 'LF');
}
