// A named sheet as the API gives it.
import { checkStatuses, checkStepSchema } from '../../core/check-steps.ts';
import { integerSchema, listSchema, nullable, objectSchema, textSchema } from '../../core/schemas.ts';
import { sourceKinds } from '../../core/sheet-source.ts';
import { driftStates } from '../drift.ts';
import { healthStates } from '../health.ts';
import { describeSheet } from '../named-sheets.ts';
import { rowsRead, rowsWritten } from '../stored-sheets.ts';
import type { SourceContext } from '../parts.ts';
import type { SheetRun } from '../repository.ts';
import { credentialStatuses } from '../sheet-trouble.ts';
import { unknownSource } from '../source-changes.ts';

const orNull = (schema: Record<string, unknown>) => ({ ...schema, type: ['object', 'null'] });
const status = { type: 'string', enum: checkStatuses };
const runSchema = orNull(objectSchema({ number: integerSchema, at: textSchema, rows: integerSchema }));

export const sourceSchema = objectSchema({
  name: textSchema,
  kind: { type: 'string', enum: sourceKinds },
  place: textSchema,
  tabs: orNull(objectSchema({ category: textSchema, experience: textSchema, manual: textSchema })),
  changed_at: nullable('string'),
  changed_by: nullable('string'),
  last_import: runSchema,
  last_export: runSchema,
  drift: objectSchema({
    state: { type: 'string', enum: driftStates },
    why: nullable('string'),
    changed_since: { ...nullable('string'), description: 'When the change was first seen.' },
  }),
  health: { type: 'string', enum: healthStates },
  health_reason: textSchema,
  health_since: nullable('string'),
  credential: orNull(
    objectSchema({
      name: textSchema,
      status: { type: 'string', enum: credentialStatuses },
      problem: nullable('string'),
    }),
  ),
  next_run: orNull(objectSchema({ schedule: textSchema, at: textSchema })),
  last_check: orNull(objectSchema({ at: textSchema, status, text: textSchema, rows: nullable('integer') })),
  problem: orNull(
    objectSchema({
      text: textSchema,
      seen: orNull(objectSchema({ by: textSchema, at: textSchema })),
    }),
  ),
  check: orNull(
    objectSchema({
      checked_at: textSchema,
      status,
      text: textSchema,
      rows: nullable('integer'),
      steps: { type: 'array', items: checkStepSchema },
    }),
  ),
});

const overallSchema = objectSchema({
  health: { type: 'string', enum: healthStates, description: 'The worst of all sources.' },
  reason: textSchema,
});

export const sourceListSchema = listSchema(sourceSchema, { overall: overallSchema });

/** Throws `not_found`. */
export async function sourceBody(ctx: SourceContext, name: string) {
  const source = ctx.sources.find(name);
  if (!source) throw unknownSource(name);
  const sheet = await describeSheet(ctx, source);
  const { kind, place, tabs, lastImport, lastExport, drift, check, problem, health } = sheet;
  const { checked_at, status, text, rows, steps } = check ?? {};
  return {
    name,
    kind,
    place,
    tabs,
    ...ctx.sources.changeOf(name),
    health: health.state,
    health_reason: health.reason,
    health_since: health.since,
    last_import: runBody(lastImport, rowsRead),
    last_export: runBody(lastExport, rowsWritten),
    last_check: check && { at: checked_at, status, text, rows },
    drift: { state: drift.state, why: drift.why ?? null, changed_since: sheet.changedSince },
    next_run: sheet.nextRun,
    credential: sheet.credential,
    problem,
    check: check && { checked_at, status, text, rows, steps },
  };
}

function runBody(run: SheetRun | null, rowsOf: (run: SheetRun) => number) {
  return run && { number: run.number, at: run.finished_at, rows: rowsOf(run) };
}
