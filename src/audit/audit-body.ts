// A row as the API and the exports give it.
import { anyObjectOrNullSchema, integerSchema, nullable, objectSchema, textSchema } from '../core/schemas.ts';
import { type AuditRow, outcomes } from './audit-row.ts';
import { describeRow } from './describe-row.ts';

export type AuditBody = ReturnType<typeof auditBody>;

export const auditSchema = objectSchema({
  id: integerSchema,
  at: textSchema,
  actor: { ...textSchema, description: 'A token or a person, with the header X-Actor in brackets.' },
  event: textSchema,
  title: { ...textSchema, description: 'The event in words.' },
  target: nullable('string'),
  outcome: { type: 'string', enum: outcomes },
  reason: nullable('string'),
  detail: anyObjectOrNullSchema,
  peer: nullable('string'),
  request_id: nullable('string'),
  hash: { ...nullable('string'), description: 'Links the row to the one before it.' },
});

export function auditBody(row: AuditRow, titles: ReadonlyMap<string, string>) {
  const { id, at, actor, event, ...rest } = row;
  return { id, at, actor, event, title: describeRow(row, titles).title, ...rest };
}
