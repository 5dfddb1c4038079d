// Pages of bulk actions: the confirm dialog, the run, and the page with the result of each job.
import { url } from '../../core/url.ts';
import type { FastifyInstance } from 'fastify';
import { type BulkChoice, type BulkOutcome, type BulkRun, bulkActions, bulkOutcomes } from '../bulk.ts';
import { AppError } from '../../core/errors.ts';
import { formatMinute, formatNumber, plural, upperFirst } from '../../core/format.ts';
import { objectSchema } from '../../core/schemas.ts';
import { readList, searchContext } from '../../jobs/job-query.ts';
import { maxBulkJobs } from '../../jobs/listing.ts';
import type { Page } from '../../web/feature.ts';
import { type BulkForm, bulkWords, needsNumber, viewBulkDialog } from './dialog.ts';
import { readRefusal } from '../../web/errors.ts';
import { requester } from '../../web/requester.ts';
import { bulkAction } from '../actions.ts';
import type { BulkContext } from '../parts.ts';
import { type Form, isForm, type Posted } from '../../web/validation.ts';

type OfRun = { Params: { id: string }; Querystring: { outcome?: BulkOutcome; from: number } };

const text = { type: 'string', maxLength: 500 } as const;
const selected = { type: 'integer', minimum: 1 } as const;
const choice = objectSchema({
  action: { type: 'string', enum: bulkActions, default: 'retry' },
  scope: { type: 'string', enum: ['all'] },
  up_to: { type: 'integer', minimum: 0 },
  number: { anyOf: [selected, { type: 'array', maxItems: maxBulkJobs, items: selected }] },
  status: text,
  operation: text,
  q: text,
});
const runQuery = objectSchema({
  outcome: { type: 'string', enum: bulkOutcomes },
  from: { type: 'integer', minimum: 0, default: 0 },
});

export const bulkPage: Page = { path: '/jobs/bulk/:id', cards: [], examples: [] };

const itemsPerPage = 200;

export function registerBulkPages(app: FastifyInstance, ctx: BulkContext) {
  const { bulk } = ctx;

  app.get<{ Querystring: BulkForm }>(
    '/ui/jobs/bulk',
    { config: { isPage: true }, schema: { querystring: choice } },
    async (request, reply) => {
      const form = request.query;
      const numbers = await bulk.choose(form.action, choiceOf(ctx, form));
      const preview = await bulk.preview(form.action, numbers);
      return reply.sendDialog('bulk/dialog', viewBulkDialog(ctx, form, numbers, preview));
    },
  );

  app.post<Posted>('/ui/jobs/bulk', { ...isForm, config: { action: bulkAction } }, async (request, reply) => {
    const form = readForm(request.body ?? {});
    const by = requester(request);
    const numbers = await bulk.choose(form.action, choiceOf(ctx, form));
    bulk.assertMay(form.action, by);
    const preview = await bulk.preview(form.action, numbers);
    if (needsNumber(preview) && form.confirm?.trim() !== String(preview.able)) {
      const message = `Type ${preview.able} to confirm.`;
      readRefusal(new AppError('confirmation_required', message), request);
      const dialog = viewBulkDialog(ctx, form, numbers, preview, message);
      return reply.code(422).intoDialog().sendDialog('bulk/dialog', dialog);
    }
    const { run } = await bulk.start(form.action, numbers, by);
    const page = url(`/jobs/bulk/${run.id}`);
    if (!request.headers['hx-request']) return reply.redirect(page, 303);
    return reply.header('hx-redirect', page).send('');
  });

  app.get<OfRun>(
    '/jobs/bulk/:id',
    { config: { isPage: true }, schema: { querystring: runQuery } },
    (request, reply) => {
      const data = viewRun(ctx, bulk.find(request.params.id), request.query);
      return reply.sendPage({ template: 'bulk/bulk-page', title: data.title, section: '/jobs', data });
    },
  );

  app.get<OfRun>('/ui/jobs/bulk/:id', { schema: { querystring: runQuery } }, (request, reply) =>
    reply.view('bulk/bulk-run', {
      ...viewRun(ctx, bulk.find(request.params.id), request.query),
    }),
  );
}

/** The dialog sends the job numbers as one comma-separated field. */
function readForm({ action, scope, up_to, numbers = '', ...list }: Form): BulkForm {
  const known = bulkActions.find((name) => name === action);
  if (!known) throw new AppError('bad_request', 'Choose what to do with the jobs: retry, cancel or remove.');
  const number = numbers
    .split(',')
    .map(Number)
    .filter((one) => Number.isSafeInteger(one) && one > 0);
  if (scope !== 'all' && number.length === 0) throw new AppError('bad_request', 'No job is selected.');
  return { action: known, number, ...(scope === 'all' ? { scope } : {}), up_to: Number(up_to ?? 0), ...list };
}

function choiceOf(ctx: BulkContext, { scope, up_to, number, ...list }: BulkForm): BulkChoice {
  if (scope !== 'all') return { numbers: [number ?? []].flat() };
  const { filter, problems } = readList(searchContext(ctx), list);
  // Ignoring an invalid term would select more jobs than the operator saw.
  if (problems.length > 0) throw new AppError('invalid_arguments', problems[0]?.message ?? '', { problems });
  return { filter, upTo: up_to ?? 0 };
}

/** Names the window that new jobs wait for; null without one. */
function describeWait({ jobs }: BulkContext, { items }: BulkRun): string | null {
  for (const { newJob } of items) {
    const ahead = newJob === null ? null : jobs.waitsFor(jobs.find(String(newJob)));
    if (ahead && ahead.window !== null)
      return `New jobs that maintenance holds back wait for its end, ${formatMinute(ahead.ends_at)}.`;
  }
  return null;
}

function viewRun(ctx: BulkContext, run: BulkRun, { outcome, from }: OfRun['Querystring']) {
  const chosen = outcome ? run.items.filter((item) => item.outcome === outcome) : run.items;
  const jobs = (name: BulkOutcome) => run.items.filter((item) => item.outcome === name).length;
  const wordOf = (name: BulkOutcome) => (name === 'done' ? bulkWords[run.action].done : name);
  const badgeOf = (name: BulkOutcome) => ({ ...outcomeBadges[name], word: upperFirst(wordOf(name)) });
  const link = (query: { outcome?: BulkOutcome | undefined; from?: number }) =>
    url(`/jobs/bulk/${run.id}`, query);
  return {
    title: `${bulkWords[run.action].run} of ${plural(run.total, 'job')}`,
    total: run.total,
    handled: run.items.length,
    isOver: run.isOver,
    wait: describeWait(ctx, run),
    sentence: bulkOutcomes.map((name) => `${formatNumber(jobs(name))} ${wordOf(name)}`).join(' · '),
    path: url(`/ui/jobs/bulk/${run.id}`, { outcome, from }),
    chips: [
      { word: 'All', jobs: run.items.length, href: link({}), isCurrent: !outcome },
      ...bulkOutcomes.map((name) => ({
        word: badgeOf(name).word,
        jobs: jobs(name),
        href: link({ outcome: name }),
        isCurrent: outcome === name,
      })),
    ],
    items: chosen.slice(from, from + itemsPerPage).map((item) => ({ ...item, badge: badgeOf(item.outcome) })),
    previous: from > 0 ? link({ outcome, from: Math.max(0, from - itemsPerPage) }) : null,
    next: from + itemsPerPage < chosen.length ? link({ outcome, from: from + itemsPerPage }) : null,
  };
}

const outcomeBadges = {
  done: { tone: 'ok', icon: 'check' },
  skipped: { tone: 'idle', icon: 'slash' },
  failed: { tone: 'bad', icon: 'cross' },
};
