// Checks and findings as the API gives them.
import { severities } from '../../core/check.ts';
import { integerSchema, listSchema, nullable, objectSchema, textSchema } from '../../core/schemas.ts';
import { checkStates } from '../views.ts';

const severity = { type: 'string', enum: severities };

export const findingSchema = objectSchema({
  id: nullable('integer'),
  check_id: textSchema,
  component: textSchema,
  subject: textSchema,
  severity,
  title: textSchema,
  text: textSchema,
  stops: { type: 'array', items: textSchema },
  fix: { ...objectSchema({ href: textSchema, label: textSchema }), type: ['object', 'null'] },
  runbook: nullable('string'),
  state: { type: 'string', enum: ['open', 'cleared'] },
  opened_at: textSchema,
  seen_at: textSchema,
  cleared_at: nullable('string'),
  times: integerSchema,
  is_muted: { type: 'boolean' },
  muted_until: nullable('string'),
  muted_by: nullable('string'),
  mute_reason: nullable('string'),
  incident: nullable('integer'),
});

export const findingListSchema = listSchema(findingSchema, { muted: integerSchema });

export const checkListSchema = listSchema(
  objectSchema({
    id: textSchema,
    component: textSchema,
    title: textSchema,
    every_sec: integerSchema,
    state: { type: 'string', enum: checkStates },
    says: nullable('string'),
    looked_at: nullable('string'),
    took_ms: nullable('integer'),
    found: { type: 'array', items: findingSchema },
  }),
);
