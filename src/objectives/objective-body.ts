// An objective as the API shows it.
import { objectSchema, textSchema, nullable, integerSchema } from '../core/schemas.ts';
import { describeObjective, isSameValue, objectiveUnits } from '../objective-store/objective.ts';
import type { P95 } from './latency.ts';
import { type Standing, standingStates } from './standing.ts';

const number = { type: 'number' } as const;
const boolean = { type: 'boolean' } as const;
const valueSchemas = {
  target: { ...number, description: 'A share from 0.5 to below 1.' },
  window_days: integerSchema,
  threshold_ms: nullable('integer'),
  is_on: boolean,
};

export const objectiveSchema = objectSchema({
  name: textSchema,
  about: textSchema,
  ...valueSchemas,
  default: objectSchema(valueSchemas),
  is_default: boolean,
  changed_at: nullable('string'),
  changed_by: nullable('string'),
  state: { type: 'string', enum: standingStates },
  value: { ...nullable('number'), description: 'The share of good events in the window; null without any.' },
  good: integerSchema,
  total: integerSchema,
  allowance: objectSchema({
    unit: { type: 'string', enum: objectiveUnits },
    total: { ...number, description: 'Bad events that the target allows for `total`.' },
    left: { ...number, description: 'Below zero when more were bad.' },
  }),
  burn: {
    ...objectSchema({
      severity: { type: 'string', enum: ['warning', 'error'] },
      used_up_in_sec: { ...integerSchema, description: 'For the allowance of a whole window, at this pace.' },
    }),
    type: ['object', 'null'],
  },
  p95_ms: { ...nullable('number'), description: 'Over 30 days; only for objectives with a threshold.' },
  counted_since: nullable('string'),
  days: {
    type: 'array',
    description: 'Thirty days in the zone of the server, oldest first.',
    items: objectSchema({
      day: textSchema,
      good: integerSchema,
      total: integerSchema,
      used: {
        ...nullable('number'),
        description:
          "The share of the day's allowance, at least one event, that was used; null for a day that is not counted.",
      },
    }),
  },
});

export function objectiveBody(standing: Standing, p95: P95) {
  const { definition, value, change, allowance, share, countedSince } = standing;
  const { name, unit } = definition;
  return {
    name,
    about: describeObjective(definition, value),
    ...value,
    default: { ...definition.default },
    is_default: change === null && isSameValue(value, definition.default),
    changed_at: change?.changed_at ?? null,
    changed_by: change?.changed_by ?? null,
    state: standing.state,
    value: share,
    good: standing.good,
    total: standing.total,
    allowance: { unit, total: rounded(allowance.total), left: rounded(allowance.left) },
    burn: standing.burn,
    p95_ms: name === 'fast' || name === 'search' ? p95[name] : null,
    counted_since: countedSince?.toISOString() ?? null,
    days: standing.days.map(({ date, good, total, used }) => ({
      day: dayName(date),
      good,
      total,
      used: used === null ? null : rounded(used),
    })),
  };
}

const rounded = (value: number) => Math.round(value * 1000) / 1000;

function dayName(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
