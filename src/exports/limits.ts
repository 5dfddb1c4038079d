// The limits of a workbook's tabs and cells (Microsoft, "Excel specifications and limits"). Some programs accept longer
// cells, but then others open the file and cut them.
import { AppError } from '../core/errors.ts';
import { formatNumber, plural } from '../core/format.ts';
import type { ScriptContext } from '../jobs/script.ts';
import type { Library } from '../library/repository.ts';
import { cut, type Value } from '../library/rules.ts';
import { guardApostrophe } from '../sheets/formula.ts';
import { maxShown, maxShownLength, quote } from '../sheets/problems.ts';
import { type Tab, type TabName, tabs } from '../sheets/tabs.ts';

/** In UTF-16 code units. */
export const maxCellLength = 32_767;
/** Below the header. */
export const maxRows = 1_048_575;

/** A text that a workbook cannot hold, or a whole tab, whose `length` is in rows. */
type Misfit = {
  tab: TabName;
  id: string | null;
  title: string | null;
  column: string | null;
  length: number;
  message: string;
};

/** Throws `bad_input` (`too_large`) when a workbook cannot hold the library; each misfit is a result row. Runs inside the
 *  caller's read transaction, before anything is written. */
export function assertFitsWorkbook(library: Library, row: ScriptContext['row']) {
  const misfits = tabs.flatMap((tab) => findMisfits(tab, library[tab.kind].exported()));
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

export function findMisfits(tab: Tab, rows: Iterable<Value[]>): Misfit[] {
  const misfits: Misfit[] = [];
  let count = 0;
  for (const values of rows) {
    count++;
    for (const [at, value] of values.entries()) {
      if (typeof value !== 'string' || value.length < maxCellLength) continue;
      const { length } = guardApostrophe(value);
      if (length > maxCellLength) misfits.push(longText(tab, values, at, length));
    }
  }
  if (count > maxRows) misfits.push(longTab(tab, count));
  return misfits;
}

function longText({ kind, name, headers }: Tab, values: Value[], at: number, length: number): Misfit {
  const id = cut(String(values[0]), maxShownLength);
  const title = cut(String(values[headers.indexOf(kind === 'category' ? 'name' : 'title')]), maxShownLength);
  const column = headers[at] ?? '';
  const text = `${column} has ${formatNumber(length)} characters; ${limit('cell', maxCellLength)}`;
  return { tab: name, id, title, column, length, message: `${id}, ${quote(title)}: ${text}` };
}

function longTab({ name }: Tab, length: number): Misfit {
  const message = `${name} has ${formatNumber(length)} rows; ${limit('tab', maxRows)}`;
  return { tab: name, id: null, title: null, column: null, length, message };
}

function limit(place: 'cell' | 'tab', max: number): string {
  return `a ${place} of a workbook has at most ${formatNumber(max)}.`;
}
