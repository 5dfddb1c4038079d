// The limits of tabs and cells: of workbooks (Microsoft, "Excel specifications and limits"), of which some programs accept
// longer cells, but then others open the file and cut them; and of Google spreadsheets.
import { AppError } from '../core/errors.ts';
import { formatNumber, plural } from '../core/format.ts';
import type { ScriptContext } from '../jobs/script.ts';
import type { TargetFormat } from './exported-rows.ts';
import type { Library } from '../library/repository.ts';
import { cut, type Value } from '../library/rules.ts';
import { guardApostrophe } from '../sheets/formula.ts';
import { maxShown, maxShownLength, quote } from '../sheets/problems.ts';
import { type Tab, type TabName, tabs } from '../sheets/tabs.ts';

/** In UTF-16 code units. */
export const maxCellLength = 32_767;
/** Below the header. */
export const maxRows = 1_048_575;

type Limits = { what: string; maxCellLength: number; maxRows: number };

export const limitsOf: Record<TargetFormat, Limits | null> = {
  csv: null,
  xlsx: { what: 'workbook', maxCellLength, maxRows },
  // All cells of a spreadsheet together are limited when it is written.
  google: { what: 'Google spreadsheet', maxCellLength: 50_000, maxRows: 9_999_999 },
};

/** A text that the sheet cannot hold, or a whole tab, whose `length` is in rows. */
type Misfit = {
  tab: TabName;
  id: string | null;
  title: string | null;
  column: string | null;
  length: number;
  message: string;
};

/** Throws `bad_input` (`too_large`) when a sheet of this format cannot hold the library; each misfit is a result row. Runs inside
 *  the caller's read transaction, before anything is written. */
export function assertFits(library: Library, format: TargetFormat, row: ScriptContext['row']) {
  const limits = limitsOf[format];
  if (!limits) return;
  const misfits = tabs.flatMap((tab) => findMisfits(tab, library[tab.kind].exported(), limits));
  const [first, ...others] = misfits;
  if (!first) return;
  for (const { tab, id, message } of misfits) row(id ?? tab, 'invalid', message);
  const more = others.length > 0 ? ` ${plural(others.length, 'more does', 'more do')} not fit either.` : '';
  const advice = 'Nothing was written. Export as CSV, which has no such limit, or shorten the text.';
  throw new AppError('bad_input', `${first.message}${more} ${advice}`, {
    code: 'too_large',
    problems: misfits.slice(0, maxShown),
    total: misfits.length,
  });
}

export function findMisfits(tab: Tab, rows: Iterable<Value[]>, limits: Limits): Misfit[] {
  const misfits: Misfit[] = [];
  let count = 0;
  for (const values of rows) {
    count++;
    for (const [at, value] of values.entries()) {
      if (typeof value !== 'string' || value.length < limits.maxCellLength) continue;
      const { length } = guardApostrophe(value);
      if (length > limits.maxCellLength) misfits.push(longText(tab, values, at, length, limits));
    }
  }
  if (count > limits.maxRows) misfits.push(longTab(tab, count, limits));
  return misfits;
}

function longText(
  { kind, name, headers }: Tab,
  values: Value[],
  at: number,
  length: number,
  { what, maxCellLength: max }: Limits,
): Misfit {
  const id = cut(String(values[0]), maxShownLength);
  const title = cut(String(values[headers.indexOf(kind === 'category' ? 'name' : 'title')]), maxShownLength);
  const column = headers[at] ?? '';
  const text = `${column} has ${formatNumber(length)} characters; ${limit('cell', what, max)}`;
  return { tab: name, id, title, column, length, message: `${id}, ${quote(title)}: ${text}` };
}

function longTab({ name }: Tab, length: number, { what, maxRows: max }: Limits): Misfit {
  const message = `${name} has ${formatNumber(length)} rows; ${limit('tab', what, max)}`;
  return { tab: name, id: null, title: null, column: null, length, message };
}

function limit(place: 'cell' | 'tab', what: string, max: number): string {
  return `a ${place} of a ${what} has at most ${formatNumber(max)}.`;
}
