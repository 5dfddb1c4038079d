// The view model of a plan's page: its head, its figures and their bar. Tables and form have files of their own.
import { givenArguments } from '../../core/arguments.ts';
import { formatNumber, lowerFirst, plural, upperFirst } from '../../core/format.ts';
import { shorten } from '../../core/shorten.ts';
import { url } from '../../core/url.ts';
import type { Operation } from '../../core/operation.ts';
import type { Job } from '../../jobs/job.ts';
import { nounOf, putsBack } from '../../undo/undoability.ts';
import { type Plan, sumOf } from '../plan.ts';
import { viewBar } from './bar.ts';
import { wordsOf } from './outcome-words.ts';
import type { TableQuery } from './plan-tables.ts';

export function viewHead(job: Job, operation: Operation) {
  return {
    number: job.number,
    title: `${upperFirst(nounOf(job))} plan`,
    subject: shorten(operation.subject(job.args)),
    madeAt: job.finished_at,
    path: url(`/plans/${job.number}`),
    jobUrl: url(`/jobs/${job.number}`),
    crumbs: [
      [url('/jobs'), 'Jobs'],
      [url(`/jobs/${job.number}`), `${operation.title} #${job.number}`],
    ],
    again: viewAgain(job, operation),
  };
}

/** The same dry run again, as a form. */
function viewAgain({ args }: Job, operation: Operation) {
  const fields = Object.entries(givenArguments(operation, args)).map(([name, value]) => [
    name,
    String(value),
  ]);
  return { action: url(`/ui/operations/run/${operation.name}`), fields, label: 'Plan again' };
}

/** The same dry run, which also puts back the rows that this one leaves alone; null when there are none, or none more. */
function viewAgainWithChanged({ job, operation, counts }: Plan) {
  const allowChanged = operation.args.properties.allow_changed;
  if (allowChanged === undefined || counts.left_alone === 0 || job.args.allow_changed === true) return null;
  const args = { ...job.args, allow_changed: true };
  const { title, description = '' } = allowChanged;
  const text = `Plan again to ${lowerFirst(title)}. ${description}`;
  return { ...viewAgain({ ...job, args }, operation), label: 'Plan again with these rows', text };
}

export function viewSummary(plan: Plan, query: TableQuery) {
  const { job, counts, tallies, appliedBy, outdated } = plan;
  const figures = viewFigures(plan);
  return {
    badge: badgeOf(plan),
    appliedBy: appliedBy?.number ?? null,
    isBeingApplied: appliedBy !== null && appliedBy.status !== 'succeeded',
    outdated,
    isKept: plan.summary !== null,
    isNothing: hasNoChanges(plan) && counts.wrong === 0,
    csv: url(`/plans/${job.number}.csv`),
    leftAlone: plural(counts.left_alone, 'row is left alone', 'rows are left alone'),
    againWithChanged: viewAgainWithChanged(plan),
    stakes: describeStakes(plan),
    figures,
    bar: viewBar(figures.map(({ tone, rows }) => ({ tone, rows }))),
    barLabel: figures.map(({ rows, name }) => `${formatNumber(rows)} ${name.toLowerCase()}`).join(', '),
    tabs: viewTabs(job.number, tallies, query),
  };
}

function badgeOf(plan: Plan) {
  const { appliedBy, outdated, counts } = plan;
  if (appliedBy?.status === 'succeeded')
    return { tone: 'ok', icon: 'check', word: `Applied by #${appliedBy.number}` };
  if (appliedBy) return { tone: 'run', icon: 'half', word: `Being applied by #${appliedBy.number}` };
  if (outdated) return { tone: 'idle', icon: 'clock', word: 'Outdated' };
  if (hasNoChanges(plan) && counts.wrong === 0)
    return { tone: 'ok', icon: 'check', word: 'Nothing to change' };
  return { tone: 'warn', icon: 'tri', word: 'Needs your decision' };
}

export function hasNoChanges({ counts }: Plan): boolean {
  return counts.added + counts.changed + counts.removed === 0;
}

function viewFigures({ counts, summary, job, operation }: Plan) {
  const hidden = Object.entries((job.result?.hidden_changes as Record<string, number> | undefined) ?? {});
  const before = summary
    ? summary.before.categories + summary.before.experiences + summary.before.manuals
    : 0;
  const share = (rows: number) => (before === 0 ? '' : `${percent(rows, before)} of the library`);
  const names = wordsOf(operation);
  const all = [
    {
      name: names.added,
      tone: 'ok',
      rows: counts.added,
      anchor: 'added',
      note: putsBack(operation) ? 'not in the library any more' : 'not in the library yet',
    },
    {
      name: names.changed,
      tone: 'run',
      rows: counts.changed,
      anchor: 'changed',
      note: hidden.map(([label, rows]) => `${formatNumber(rows)} ${label}`).join(', ') || 'field by field',
    },
    {
      name: names.unchanged,
      tone: 'none',
      rows: counts.unchanged,
      anchor: 'sum',
      note: share(counts.unchanged),
    },
    {
      name: names.removed,
      tone: 'bad',
      rows: counts.removed,
      anchor: 'removed',
      note: share(counts.removed),
    },
    {
      name: names.wrong,
      tone: 'warn',
      rows: counts.wrong,
      anchor: 'wrong',
      note: 'cannot be used as they are',
    },
    {
      name: names.left_alone,
      tone: 'hold',
      rows: counts.left_alone,
      anchor: 'left_alone',
      note: 'stay as they are',
    },
  ];
  // Only an operation that can refuse its input has wrong rows, and a removal adds and changes none.
  const optional = ['sum', 'left_alone', ...(operation.refusal ? [] : ['wrong'])].concat(
    ['added', 'changed'].filter((outcome) => !operation.sizes?.includes(outcome)),
  );
  return all.filter(({ anchor, rows }) => rows > 0 || !optional.includes(anchor));
}

/** `20.6%`; never 0.0% or 100.0% for a part. */
export function percent(part: number, whole: number): string {
  const share = (100 * part) / whole;
  return `${part === 0 || part === whole ? share : Math.min(99.9, Math.max(0.1, share)).toFixed(1)}%`;
}

/** Links that show the rows of one tab only. */
function viewTabs(number: number, tallies: Plan['tallies'], { tab }: TableQuery) {
  const names = [...new Set(tallies.map((tally) => tally.tab))].sort();
  if (names.length < 2) return [];
  return [undefined, ...names].map((name) => ({
    word: name ?? 'All tabs',
    rows: sumOf(tallies, (tally) => name === undefined || tally.tab === name),
    href: url(`/plans/${number}`, { tab: name }),
    isCurrent: name === tab,
  }));
}

/** `8,163 removed, 3 wrong rows. Nothing is written yet.` */
function describeStakes({ counts, operation }: Plan): string {
  const names = wordsOf(operation);
  const rows = (['removed', 'changed', 'added'] as const).flatMap((outcome) =>
    counts[outcome] > 0 ? [`${formatNumber(counts[outcome])} ${lowerFirst(names[outcome])}`] : [],
  );
  const parts = [...rows, ...(counts.wrong > 0 ? [plural(counts.wrong, 'wrong row')] : [])];
  return `${parts.join(', ') || 'Nothing to change'}. Nothing is written yet.`;
}

/** `remove 8,163 entries`, `add 241 and change 97 entries`. */
export function describeEffect({ operation, counts: { added, changed, removed }, tallies }: Plan): string {
  const entries = sumOf(tallies, ({ outcome, category }) => outcome === 'removed' && category !== null);
  if (entries > 0) return `remove ${plural(entries, 'entry', 'entries')}`;
  if (removed > 0) return `remove ${plural(removed, 'row')}`;
  if (putsBack(operation)) return `put back ${plural(added + changed, 'entry', 'entries')}`;
  const parts = [
    added > 0 ? `add ${formatNumber(added)}` : null,
    changed > 0 ? `change ${formatNumber(changed)}` : null,
  ];
  const noun = (changed || added) === 1 ? 'entry' : 'entries';
  return `${parts.filter(Boolean).join(' and ')} ${noun}`;
}
