// The view models of the list of runbooks and of the page of one.
import { formatNumber, plural } from '../../core/format.ts';
import { url } from '../../core/url.ts';
import { priorities } from '../../documents/document.ts';
import { renderMarkdown } from '../../documents/markdown.ts';
import { formatCursor, readCursor } from '../cursor.ts';
import type { RunbookContext } from '../parts.ts';
import type { RunbookQuery } from '../runbooks.ts';
import { readParts, readStep } from '../steps.ts';
import { viewReview } from './review-view.ts';
import { viewRunRows } from './run-rows.ts';

export type ListQuery = RunbookQuery & { after?: string | undefined };

const perPage = 50;
const shownRuns = 10;
const shownIncidents = 10;

export function viewRunbooks(ctx: Pick<RunbookContext, 'runbooks' | 'runs'>, query: ListQuery) {
  const { q, tag, owner, priority, after } = query;
  const { runbooks } = ctx;
  const filter = { q, tag, owner, priority };
  const isFiltered = Object.values(filter).some((value) => value?.trim());
  const { items, next } = runbooks.list(filter, perPage, readCursor(after));
  const { total, tags, owners } = runbooks.summary();
  const found = isFiltered ? runbooks.count(filter) : total;
  const choices = (values: readonly string[], chosen: string | undefined) =>
    values.map((value) => ({ value, isChosen: value === chosen }));
  return {
    query: filter,
    path: url('/ui/runbooks/list', query),
    heading: isFiltered ? plural(found, 'matching runbook') : plural(total, 'runbook'),
    items: items.map(({ lastRun, ...runbook }) => ({
      ...runbook,
      href: url(`/runbooks/${runbook.slug}`),
      tags: runbook.tags.map((name) => ({ name, href: url('/runbooks', { tag: name }) })),
      last: lastRun && (viewRunRows(ctx, [lastRun])[0] ?? null),
    })),
    isFiltered,
    total: formatNumber(total),
    hasAny: total > 0,
    filters: [
      { name: 'tag', label: 'Tag', all: 'All tags', choices: choices(tags, tag) },
      { name: 'owner', label: 'Owner', all: 'Anybody', choices: choices(owners, owner) },
      { name: 'priority', label: 'Priority', all: 'All', choices: choices(priorities, priority) },
    ],
    first: after ? url('/runbooks', filter) : null,
    next: next === null ? null : url('/runbooks', { ...filter, after: formatCursor(next) }),
  };
}

/** `before`: shows the runs before this one. */
export function viewRunbook(ctx: RunbookContext, slug: string, before?: number) {
  const { body, ...runbook } = ctx.runbooks.find(slug);
  const parts = readParts(body).map((part) =>
    'markdown' in part
      ? { html: renderMarkdown(part.markdown, { hasOperations: true }), steps: [] }
      : { html: '', steps: part.steps.map((source) => viewStep(ctx, source)) },
  );
  const count = parts.reduce((sum, { steps }) => sum + steps.length, 0);
  const rows = ctx.runRepository.ofSlug(slug, shownRuns + 1, before);
  const shown = rows.slice(0, shownRuns);
  const last = shown.at(-1);
  const path = `/runbooks/${slug}`;
  return {
    ...runbook,
    parts: numbered(parts),
    reviewed: viewReview(runbook, ctx.now()),
    path: url(`/ui/runbooks/${slug}/content`, { before }),
    steps: plural(count, 'step'),
    hasSteps: count > 0,
    start: url(`/ui/runbooks/${slug}/runs`),
    edit: url(`/documents/runbook/${slug}/edit`),
    review: url(`/ui/documents/runbook/${slug}/review`),
    remove: url(`/ui/documents/runbook/${slug}/remove`),
    versions: url(`/documents/runbook/${slug}`, { version: runbook.version }),
    runs: viewRunRows(ctx, shown),
    newestRuns: before ? url(path) : null,
    olderRuns: rows.length > shownRuns && last ? url(path, { before: last.number }) : null,
    incidents: ctx.incidentRepository.withRunbook(slug, shownIncidents).map(({ number, title, status }) => ({
      number,
      title,
      status,
      href: url(`/incidents/${number}`),
    })),
  };
}

function viewStep({ catalogue }: Pick<RunbookContext, 'catalogue'>, source: string) {
  const { title, text, operation } = readStep(source);
  const known = operation && catalogue.find(operation.name);
  return {
    title,
    html: renderMarkdown(text),
    runs: operation && { title: known?.title ?? operation.name, isGone: known === null },
  };
}

/** Steps are counted through the whole text. */
function numbered<S extends object>(parts: { html: string; steps: S[] }[]) {
  let n = 0;
  return parts.map(({ html, steps }) => ({
    html,
    steps: steps.map((step) => {
      n += 1;
      return { ...step, n };
    }),
  }));
}
