// The rules for single cells: each check returns the value that the library stores, or a fault.
import {
  categoryCode,
  codePoints,
  maxLength,
  sections,
  sources,
  syncStatuses,
  type Value,
} from '../library/rules.ts';
import { isUnseen, marks, showHidden } from './hidden.ts';
import { nearest } from './nearest.ts';
import { quote } from './problems.ts';

/** A cell that breaks a rule. The message names the rule and the remedy. */
export class Fault {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

export const hasNul = new Fault('The cell has a NUL character (<U+0000>). Remove it; no text may have one.');

export type Check = (cell: string) => Value | Fault;

export const notUtf8 = new Fault(
  'The cell has bytes that are not UTF-8, shown as “\uFFFD”. Save the file as CSV in UTF-8.',
);

/** An empty cell is stored as null. */
const optional: Check = (cell) => (cell === '' ? null : cell);

/** By column: both kinds of entries share the rules of the columns that they share. */
export const cellChecks: Record<string, Check> = {
  code,
  name: text(),
  description: optional,
  id: text(),
  category_code: text(),
  section: oneOf(sections),
  title: text(maxLength.title),
  playbook: text(maxLength.playbook),
  context: optional,
  content: text(),
  summary: optional,
  source: oneOf(sources),
  sync_status: syncStatus,
  author: optional,
};

function text(max = Number.POSITIVE_INFINITY): Check {
  const expected = Number.isFinite(max) ? `1 to ${max} characters are expected` : 'text is expected';
  return (cell) => {
    if (isUnseen(cell)) return new Fault(`${found(cell)}; ${expected}.`);
    if (cell.length <= max) return cell;
    const length = codePoints(cell);
    if (length <= max) return cell;
    return new Fault(
      `The text has ${length} characters; at most ${max} are allowed. Shorten it by ${length - max}.`,
    );
  };
}

function oneOf(allowed: readonly string[]): Check {
  return (cell) => (allowed.includes(cell) ? cell : new Fault(noneOf(cell, allowed, allowed.join(', '))));
}

function code(cell: string): Value | Fault {
  if (categoryCode.test(cell)) return cell;
  const expected = 'a code of three upper-case letters or digits is expected, such as GIT.';
  const composed = cell.normalize();
  if (!categoryCode.test(composed)) return new Fault(`${found(cell)}; ${expected}`);
  const advice = `Write each letter with its mark as one character: “${composed}”.`;
  return new Fault(`The cell is “${showHidden(cell, marks)}”; ${expected} ${advice}`);
}

function syncStatus(cell: string): Value | Fault {
  const allowed = Object.keys(syncStatuses);
  return numbers.get(cell) ?? new Fault(noneOf(cell, allowed, `${allowed.join(', ')} or 0, 1, 2`));
}

const numbers = new Map<string, number>([
  ...Object.entries(syncStatuses),
  ...Object.values(syncStatuses).map((number): [string, number] => [String(number), number]),
]);

function noneOf(cell: string, allowed: readonly string[], shown: string): string {
  const meant = nearest(cell, allowed);
  return `${found(cell)}; allowed: ${shown}.${meant ? ` Did you mean “${meant}”?` : ''}`;
}

function found(cell: string): string {
  if (cell === '') return 'The cell is empty';
  return isUnseen(cell) ? `The cell shows nothing: ${quote(cell)}` : `The cell is ${quote(cell)}`;
}
