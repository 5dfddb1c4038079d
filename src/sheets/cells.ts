// The rules of single cells: what the library would store for one, or what is wrong with it and what to do.
import {
  categoryCode,
  codePoints,
  cut,
  type Kind,
  longest,
  sections,
  sources,
  syncStatuses,
  type Value,
} from '../library/rules.ts';
import { nearest } from './nearest.ts';

/** A cell that breaks a rule; the message says which, and what to do. */
export class Fault {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

export type Check = (cell: string) => Value | Fault;

export const notUtf8 = new Fault(
  'The cell has bytes that are not UTF-8, shown as “\uFFFD”. Save the file as CSV in UTF-8.',
);

/** Nothing is stored for an empty cell. */
const optional: Check = (cell) => (cell === '' ? null : cell);

/** By kind and column. */
export const cellChecks: Record<Kind, Record<string, Check>> = {
  category: { code, name: text(), description: optional },
  experience: {
    id: text(),
    category_code: text(),
    section: oneOf(sections),
    title: text(longest.title),
    playbook: text(longest.playbook),
    context: optional,
    source: oneOf(sources),
    sync_status: syncStatus,
    author: optional,
  },
  manual: {
    id: text(),
    category_code: text(),
    title: text(longest.title),
    content: text(),
    summary: optional,
    source: oneOf(sources),
    sync_status: syncStatus,
    author: optional,
  },
};

function text(most = Number.POSITIVE_INFINITY): Check {
  const empty = new Fault(
    Number.isFinite(most)
      ? `The cell is empty; 1 to ${most} characters are expected.`
      : 'The cell is empty; a text is expected.',
  );
  return (cell) => {
    if (cell === '') return empty;
    if (cell.length <= most) return cell;
    const length = codePoints(cell);
    if (length <= most) return cell;
    return new Fault(
      `The text has ${length} characters; at most ${most} are allowed. Shorten it by ${length - most}.`,
    );
  };
}

function oneOf(words: readonly string[]): Check {
  return (cell) => (words.includes(cell) ? cell : new Fault(noneOf(cell, words, words.join(', '))));
}

function code(cell: string): Value | Fault {
  if (categoryCode.test(cell)) return cell;
  return new Fault(`${found(cell)}; a code of three upper-case letters or digits is expected, such as GIT.`);
}

function syncStatus(cell: string): Value | Fault {
  const words = Object.keys(syncStatuses);
  return numbers.get(cell) ?? new Fault(noneOf(cell, words, `${words.join(', ')} or 0, 1, 2`));
}

const numbers = new Map(
  Object.entries(syncStatuses).flatMap(([word, number]): [string, number][] => [
    [word, number],
    [String(number), number],
  ]),
);

function noneOf(cell: string, words: readonly string[], shown: string): string {
  const meant = nearest(cell, words);
  return `${found(cell)}; expected is one of ${shown}.${meant ? ` Did you mean “${meant}”?` : ''}`;
}

function found(cell: string): string {
  return cell === '' ? 'The cell is empty' : `The cell is “${cut(cell, 60)}”`;
}
