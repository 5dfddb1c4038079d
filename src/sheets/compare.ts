// Compares one tab with its table: each row of the sheet is added, changed, unchanged or invalid; a row of the library may
// be absent from the sheet. The table is read once, row by row; only the sheet is held in memory.
import type { LibraryRows } from '../library/repository.ts';
import { type Kind, shapes, type Value } from '../library/rules.ts';
import type { CheckedTab, SheetRow } from './check-rows.ts';
import type { Problem } from './problems.ts';

/** `isTextChanged`: the embedded text differs. `isRenamed`: a category's name differs; names must stay unique. */
export type Change = { row: SheetRow; isTextChanged: boolean; isRenamed: boolean };

export type Comparison = {
  /** Runs once for each row of the library. */
  onStored(): void;
  /** Returns the problems of a row that only a look at the library shows. */
  judge(row: SheetRow, isUnchanged: boolean): Problem[];
  onAdded(row: SheetRow): void;
  /** `fields`: indexes of the columns that differ from the stored row. */
  onChanged(row: SheetRow, stored: Value[], fields: number[]): void;
  onUnchanged(): void;
  /** `stored` is null for a row that the library does not have. */
  onInvalid(problems: Problem[], stored: Value[] | null): void;
  /** The library has the row, the sheet does not. */
  onAbsent(stored: Value[]): void;
};

export function compareTab({ rows }: CheckedTab, library: LibraryRows, comparison: Comparison) {
  const isStored = new Set<SheetRow>();
  for (const stored of library.compared()) {
    comparison.onStored();
    const row = rows.get(String(stored[0]));
    if (!row) {
      comparison.onAbsent(stored);
      continue;
    }
    isStored.add(row);
    const fields = differences(row.values, stored);
    const problems = comparison.judge(row, fields.length === 0);
    if (problems.length > 0) comparison.onInvalid(problems, stored);
    else if (fields.length > 0) comparison.onChanged(row, stored, fields);
    else comparison.onUnchanged();
  }
  if (isStored.size === rows.size) return;
  for (const row of rows.values()) {
    if (isStored.has(row)) continue;
    const problems = comparison.judge(row, false);
    if (problems.length > 0) comparison.onInvalid(problems, null);
    else comparison.onAdded(row);
  }
}

export function changeOf(kind: Kind, row: SheetRow, fields: number[]): Change {
  const { compared, embedded } = shapes[kind];
  const names = fields.map((at) => compared[at] ?? '');
  return {
    row,
    isTextChanged: names.some((name) => embedded.includes(name)),
    isRenamed: kind === 'category' && names.includes('name'),
  };
}

const none: number[] = [];

/** Indexes of the columns that differ; an empty cell equals a missing value. */
function differences(values: Value[], stored: Value[]): number[] {
  let fields = none;
  for (let at = 0; at < values.length; at++) {
    if (values[at] === stored[at] || (values[at] ?? '') === (stored[at] ?? '')) continue;
    if (fields === none) fields = [];
    fields.push(at);
  }
  return fields;
}
