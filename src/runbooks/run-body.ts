// A run, a step and a runbook as the API gives them. Times are ISO 8601 UTC.
import { itemStates } from '../checklist/checklist.ts';
import {
  anyObjectSchema,
  integerSchema,
  listSchema,
  nullable,
  objectSchema,
  textSchema,
} from '../core/schemas.ts';
import type { RunbookContext } from './parts.ts';
import type { Run } from './run.ts';
import type { RunStep } from './run-steps.ts';
import type { Runbooks } from './runbooks.ts';
import { timeSteps } from './step-times.ts';

const orNull = (schema: { type: string }) => ({ ...schema, type: [schema.type, 'null'] });

const runProperties = {
  number: integerSchema,
  runbook: textSchema,
  title: { ...textSchema, description: 'That of its version.' },
  version: integerSchema,
  incident: nullable('integer'),
  started_at: textSchema,
  started_by: textSchema,
  ended_at: nullable('string'),
  outcome: { ...nullable('string'), description: '`done` or `stopped`; null while it goes on.' },
  steps_total: integerSchema,
  steps_done: { ...integerSchema, description: 'Done or skipped.' },
};

const runSchema = objectSchema(runProperties);

export const oneRunSchema = objectSchema({
  ...runProperties,
  steps: {
    type: 'array',
    items: objectSchema({
      n: integerSchema,
      title: textSchema,
      text: { ...textSchema, description: 'Markdown.' },
      state: { type: 'string', enum: itemStates },
      at: nullable('string'),
      by: nullable('string'),
      note: nullable('string'),
      took_sec: { ...nullable('number'), description: 'Since the step that was ended before it.' },
      operation: orNull(objectSchema({ name: textSchema, args: anyObjectSchema })),
      job: orNull(objectSchema({ number: integerSchema, status: nullable('string') })),
    }),
  },
});

export function runBody({ runs }: Pick<RunbookContext, 'runs'>, run: Run) {
  const { slug, title, total, done, ...rest } = runs.describe(run);
  return { ...rest, runbook: slug, title, steps_total: total, steps_done: done };
}

export function oneRunBody(ctx: Pick<RunbookContext, 'runs' | 'runSteps'>, number: number) {
  const run = ctx.runs.find(number);
  const steps = ctx.runSteps.of(number);
  const took = timeSteps(
    run.started_at,
    steps.map(({ item }) => item),
  );
  return { ...runBody(ctx, run), steps: steps.map((step) => stepBody(step, took.get(step.item.n) ?? null)) };
}

function stepBody({ item, step, args, job }: RunStep, took_sec: number | null) {
  const { n, state, at, actor, note, job: number } = item;
  return {
    n,
    title: step.title,
    text: step.text,
    state,
    at,
    by: actor,
    note,
    took_sec,
    operation: step.operation && { name: step.operation.name, args },
    job: number === null ? null : { number: job?.number ?? number, status: job?.status ?? null },
  };
}

const runbookProperties = {
  slug: textSchema,
  title: textSchema,
  version: integerSchema,
  owner: nullable('string'),
  tags: { type: 'array', items: textSchema },
  priority: nullable('string'),
  prerequisites: nullable('string'),
  rollback: nullable('string'),
  review_days: nullable('integer'),
  reviewed_at: nullable('string'),
  review_due_at: nullable('string'),
  is_review_due: { type: 'boolean' },
  by: textSchema,
  at: textSchema,
  last_run: orNull(runSchema),
};

export const runbookListSchema = listSchema(objectSchema(runbookProperties));

export const oneRunbookSchema = objectSchema({
  ...runbookProperties,
  body: { ...textSchema, description: 'Markdown.' },
  runs: { type: 'array', description: 'The newest 20.', items: runSchema },
});

type Listed = Omit<ReturnType<Runbooks['find']>, 'body'>;

export function runbookBody(ctx: Pick<RunbookContext, 'runs'>, runbook: Listed) {
  const { slug, title, version, owner, tags, priority, prerequisites, rollback, lastRun } = runbook;
  const { review_days, reviewed_at, reviewDueAt, isReviewDue, by, at } = runbook;
  return {
    ...{ slug, title, version, owner, tags, priority, prerequisites, rollback, review_days, reviewed_at },
    review_due_at: reviewDueAt,
    is_review_due: isReviewDue,
    by,
    at,
    last_run: lastRun && runBody(ctx, lastRun),
  };
}
