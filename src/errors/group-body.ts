// A group of errors as the API gives it. Times are ISO 8601 UTC.
import { integerSchema, nullable, objectSchema, textSchema } from '../core/schemas.ts';
import type { Decision } from './decisions.ts';
import { errorSources } from './fingerprint.ts';
import { groupStates, type Sample } from './group.ts';
import type { SeenGroup } from './groups.ts';

export type GroupBody = ReturnType<typeof groupBody>;

export function groupBody({ hours, isNew, isSinceSuccess, ...group }: SeenGroup) {
  return {
    ...group,
    came_back: group.came_back_at !== null,
    is_new: isNew,
    is_since_success: isSinceSuccess,
    times_24h: hours.reduce((sum, { times }) => sum + times, 0),
  };
}

export type OneGroupBody = ReturnType<typeof oneGroupBody>;

export function oneGroupBody({ sample, ...group }: SeenGroup & { sample: Sample }) {
  return { ...groupBody(group), hours: group.hours, sample };
}

const properties = {
  id: integerSchema,
  fingerprint: textSchema,
  title: textSchema,
  source: { type: 'string', enum: errorSources },
  code: textSchema,
  place: { ...textSchema, description: 'A route pattern, an operation, or what the server was doing.' },
  frame: { ...nullable('string'), description: 'The first frame of own code.' },
  line: { ...textSchema, description: 'The first line without the parts that vary.' },
  first_at: textSchema,
  last_at: textSchema,
  times: integerSchema,
  times_24h: integerSchema,
  first_version: textSchema,
  state: { type: 'string', enum: groupStates },
  changed_at: nullable('string'),
  changed_by: nullable('string'),
  resolved_version: nullable('string'),
  came_back: { type: 'boolean', description: 'Seen again after it was resolved.' },
  came_back_at: nullable('string'),
  is_new: { type: 'boolean', description: 'First seen since this version runs.' },
  is_since_success: { type: 'boolean', description: 'First seen since the last success of its operation.' },
};

export const groupSchema = objectSchema(properties);

export const oneGroupSchema = objectSchema({
  ...properties,
  hours: {
    type: 'array',
    description: 'How often it was seen in each UTC hour of the last day, oldest first.',
    items: objectSchema({ hour: textSchema, times: integerSchema }),
  },
  sample: objectSchema({
    at: textSchema,
    text: textSchema,
    version: textSchema,
    worker: nullable('string'),
    entry: nullable('string'),
    jobs: { type: 'array', items: integerSchema },
    requests: { type: 'array', items: textSchema },
  }),
});

const decisionOutcomes = ['done', 'skipped'] as const;

export type DecisionsBody = ReturnType<typeof decisionsBody>;

export function decisionsBody(decisions: Decision[]) {
  const items = decisions.map((decision) => ({
    id: decision.id,
    outcome: decisionOutcomes['group' in decision ? 0 : 1],
    message: 'group' in decision ? null : decision.refusal.message,
  }));
  const count = (wanted: string) => items.filter(({ outcome }) => outcome === wanted).length;
  return { total: items.length, done: count('done'), skipped: count('skipped'), items };
}

export const decisionsSchema = objectSchema({
  total: integerSchema,
  done: integerSchema,
  skipped: integerSchema,
  items: {
    type: 'array',
    items: objectSchema({
      id: integerSchema,
      outcome: { type: 'string', enum: decisionOutcomes },
      message: { ...nullable('string'), description: 'Why it was skipped.' },
    }),
  },
});
