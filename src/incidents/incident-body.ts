// An incident as the API gives it. Times are ISO 8601 UTC.
import { itemStates } from '../checklist/checklist.ts';
import { integerSchema, nullable, objectSchema, textSchema } from '../core/schemas.ts';
import {
  type Entry,
  entryKinds,
  type Incident,
  incidentSeverities,
  incidentSources,
  incidentStatuses,
  isOverdue,
} from '../incident-store/incident.ts';
import type { IncidentContext } from './parts.ts';
import { linksOf } from './links.ts';

export const incidentBody = (incident: Incident, now: Date) => ({
  ...incident,
  /** That of an earlier closing says nothing of an open one. */
  resolution: incident.status === 'closed' ? incident.resolution : null,
  is_overdue: isOverdue(incident, now),
});

/** With its timeline, its action items and its links. */
export function oneIncidentBody(ctx: IncidentContext, number: number, before?: number) {
  const incident = ctx.incidents.get(number);
  const { runs, before: same, findings, postMortem } = linksOf(ctx, incident);
  const entries = ctx.incidents.entries(number, { before });
  return {
    ...incidentBody(incident, ctx.now()),
    entries,
    older_entries: olderThan(entries),
    items: ctx.items.of(number).map(({ id: _, of: __, ...item }) => item),
    links: {
      runs: runs.map(({ number, slug, outcome }) => ({ number, slug, outcome })),
      findings: findings.map(({ id, title, cleared_at }) => ({ id, title, cleared_at })),
      seen_before: same.map((one) => one.number),
      post_mortem: postMortem?.slug ?? null,
    },
  };
}

/** Entries are numbered from 1 on. */
export const olderThan = (entries: Entry[]): number => Math.max(0, (entries[0]?.seq ?? 1) - 1);

const texts = { type: 'array', items: textSchema };

const properties = {
  number: integerSchema,
  title: textSchema,
  severity: { type: 'integer', enum: incidentSeverities, description: '1 is the most severe.' },
  status: { type: 'string', enum: incidentStatuses },
  summary: textSchema,
  services: texts,
  tags: texts,
  owner: nullable('string'),
  source: { type: 'string', enum: incidentSources },
  source_ref: { ...nullable('string'), description: 'The cause: `finding:3`, `job:412`, `error:7`.' },
  runbook: { ...nullable('string'), description: 'The slug of a runbook.' },
  opened_at: textSchema,
  opened_by: textSchema,
  mitigated_at: nullable('string'),
  closed_at: nullable('string'),
  due_at: { ...textSchema, description: 'It is to be mitigated by then.' },
  resolution: { ...nullable('string'), description: 'Of a closed one.' },
  is_overdue: { type: 'boolean', description: 'Mitigated too late, or still open after the due time.' },
};

export const incidentSchema = objectSchema(properties);

export const itemSchema = objectSchema({
  n: integerSchema,
  text: textSchema,
  owner: nullable('string'),
  due: nullable('string'),
  state: { type: 'string', enum: itemStates },
  at: nullable('string'),
  actor: nullable('string'),
  note: nullable('string'),
  job: nullable('integer'),
});

const entrySchema = objectSchema({
  seq: integerSchema,
  at: textSchema,
  actor: textSchema,
  kind: { type: 'string', enum: entryKinds },
  text: textSchema,
  ref: nullable('string'),
});

export const oneIncidentSchema = objectSchema({
  ...properties,
  entries: { type: 'array', items: entrySchema, description: 'The newest 200, the oldest of them first.' },
  older_entries: {
    ...integerSchema,
    description: 'So many are older; `?entries_before=` the `seq` of the first one continues.',
  },
  items: { type: 'array', items: itemSchema },
  links: objectSchema({
    runs: {
      type: 'array',
      items: objectSchema({ number: integerSchema, slug: textSchema, outcome: nullable('string') }),
    },
    findings: {
      type: 'array',
      items: objectSchema({ id: nullable('integer'), title: textSchema, cleared_at: nullable('string') }),
    },
    seen_before: { type: 'array', items: integerSchema },
    post_mortem: { ...nullable('string'), description: 'The slug of its document.' },
  }),
});
