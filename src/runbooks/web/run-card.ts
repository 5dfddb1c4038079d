// The card of one run: its head, its steps, and the facts of its runbook.
import { formatSpan } from '../../core/format.ts';
import { url } from '../../core/url.ts';
import type { RecordCard } from '../../web/card.ts';
import type { RunbookContext } from '../parts.ts';
import type { Run } from '../run.ts';
import { timeSteps } from '../step-times.ts';
import { badgeOfRun } from './badges.ts';
import { viewReview } from './review-view.ts';
import { viewRunRows } from './run-rows.ts';
import { viewStep } from './step-view.ts';

const shownBefore = 5;

export const runCard = (ctx: RunbookContext): RecordCard => ({
  name: 'run',
  host: 'run-:number-card',
  path: '/ui/runs/:number/card',
  dirtyOn: ['runs', 'job', 'documents', 'operations'],
  exists: (number) => ctx.runRepository.find(Number(number)) !== null,
  load: (number) => viewRun(ctx, ctx.runs.find(Number(number))),
});

function viewRun(ctx: RunbookContext, run: Run) {
  const { number, slug, version, incident, started_at: startedAt, ended_at: endedAt } = run;
  const { title, total, done, outcome, started_by } = ctx.runs.describe(run);
  const steps = ctx.runSteps.of(number);
  const took = timeSteps(
    startedAt,
    steps.map(({ item }) => item),
  );
  const current = steps.find(({ item }) => item.state === 'open')?.item.n;
  const left = total - done;
  return {
    run: {
      number,
      title,
      version,
      badge: badgeOfRun({ outcome, done, total }),
      incident: incident && { number: incident, href: url(`/incidents/${incident}`) },
      startedAt,
      startedBy: started_by,
      endedAt,
      outcome,
      took: endedAt && formatSpan(Date.parse(endedAt) - Date.parse(startedAt)),
      left,
      wait: `Finish is possible when every step is done or skipped: ${left === 1 ? '1 is' : `${left} are`} left.`,
      finish: url(`/ui/runs/${number}/finish`),
      stop: url(`/ui/runs/${number}/stop`),
    },
    steps: steps.map((step) =>
      viewStep(ctx, run, step, {
        tookSec: took.get(step.item.n) ?? null,
        isCurrent: step.item.n === current,
      }),
    ),
    about: viewAbout(ctx, run),
    before: viewRunRows(ctx, ctx.runRepository.ofSlug(slug, shownBefore, number)),
  };
}

/** The facts of the version that is run, and whether there is another one by now. */
function viewAbout({ documents, now }: RunbookContext, { slug, version }: Run) {
  const key = { kind: 'runbook', slug } as const;
  const { prerequisites, rollback, owner, at, by } = documents.atVersion(key, version);
  const current = documents.peek(key);
  const isRemoved = current === null;
  return {
    slug,
    isRemoved,
    href: isRemoved ? null : url(`/runbooks/${slug}`),
    edit: isRemoved ? null : url(`/documents/runbook/${slug}/edit`),
    newest: !isRemoved && current.version > version ? current.version : null,
    ...{ prerequisites, rollback, owner, version, at, by },
    review: current && viewReview(current, now()),
  };
}
