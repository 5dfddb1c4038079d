// A named sheet as the API gives it.
import { checkStatuses, checkStepSchema } from '../../core/check-steps.ts';
import { integerSchema, listSchema, nullable, objectSchema, textSchema } from '../../core/schemas.ts';
import { sourceKinds } from '../../core/sheet-source.ts';
import { driftStates } from '../drift.ts';
import { describeSheet, rowsRead, rowsWritten } from '../named-sheets.ts';
import type { SourceContext } from '../parts.ts';
import type { SheetRun } from '../repository.ts';
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
  drift: objectSchema({ state: { type: 'string', enum: driftStates }, why: nullable('string') }),
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

export const sourceListSchema = listSchema(sourceSchema);

/** Throws `not_found`. */
export async function sourceBody(ctx: SourceContext, name: string) {
  const source = ctx.sources.find(name);
  if (!source) throw unknownSource(name);
  const { lastImport, lastExport, last: _, drift, check, ...known } = await describeSheet(ctx, source);
  return {
    ...known,
    ...ctx.sources.changeOf(name),
    last_import: runBody(lastImport, rowsRead),
    last_export: runBody(lastExport, rowsWritten),
    drift: { state: drift.state, why: drift.why ?? null },
    check: check && {
      checked_at: check.checked_at,
      status: check.status,
      text: check.text,
      rows: check.rows,
      steps: check.steps,
    },
  };
}

function runBody(run: SheetRun | null, rowsOf: (run: SheetRun) => number) {
  return run && { number: run.number, at: run.finished_at, rows: rowsOf(run) };
}
