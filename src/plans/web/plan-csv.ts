// The rows of a plan as CSV, for a spreadsheet program: one line per row, and per field of a changed row.
import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { AppError } from '../../core/errors.ts';
import type { Job } from '../../jobs/job.ts';
import { formatRecord } from '../../csv/csv.ts';
import { guardFormula } from '../../sheets/formula.ts';
import {
  type PlanOutcome,
  planOutcomes,
  type StoredRow,
  withPlan,
} from '../../plan-store/plan-repository.ts';
import type { PlanContext } from '../parts.ts';

const headers = 'outcome tab row key title category field before after difference column value message'.split(
  ' ',
);
const rowsAtOnce = 200;
/** Spreadsheet programs read a file with it as UTF-8. */
const byteOrderMark = '\uFEFF';

/** Throws `not_found` when the rows are not kept. */
export function sendCsv({ config }: PlanContext, reply: FastifyReply, job: Job, outcome?: PlanOutcome) {
  const read = (one: PlanOutcome, after: number) =>
    withPlan(config.root, job.id, (plan) => plan.rows({ outcome: one }, after, rowsAtOnce));
  if (read('added', 0) === null) throw rowsNotKept(job);
  const name = `plan-${job.number}${outcome ? `-${outcome}` : ''}.csv`;
  reply.type('text/csv; charset=utf-8').header('content-disposition', `attachment; filename="${name}"`);
  return reply.send(Readable.from(lines(outcome ? [outcome] : [...planOutcomes], read)));
}

export function rowsNotKept({ number }: Job): AppError {
  return new AppError(
    'not_found',
    `The rows of plan #${number} are not kept. Make the plan again to see them.`,
  );
}

function* lines(outcomes: PlanOutcome[], read: (outcome: PlanOutcome, after: number) => StoredRow[] | null) {
  yield byteOrderMark + formatRecord(headers);
  for (const outcome of outcomes)
    for (let after = 0; ; ) {
      const rows = read(outcome, after) ?? [];
      if (rows.length > 0) yield rows.flatMap(records).map(formatRecord).join('');
      if (rows.length < rowsAtOnce) break;
      after = rows.at(-1)?.seq ?? after;
    }
}

function records({ outcome, tab, row, key, title, category, column, value, message, fields }: StoredRow) {
  const format = (cells: (string | number | null | undefined)[]) =>
    cells.map((cell) => guardFormula(String(cell ?? '')));
  const start = [outcome, tab, row, key, title, category];
  if (fields.length === 0) return [format([...start, '', '', '', '', column, value, message])];
  return fields.map(({ field, from, to, difference }) =>
    format([...start, field, from, to, difference, column, value, message]),
  );
}
