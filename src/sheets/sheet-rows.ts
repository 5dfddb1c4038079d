// The rows of a tab that have no problem, by their keys. Each is held as one text, so that a sheet of any size needs little memory.
import { shapes, type Kind, type Value } from '../library/rules.ts';
import { TextStore } from '../csv/text-store.ts';

/** `row`: the spreadsheet's number. `values`: in the order of the kind's shape. `times`: the cells of its times, '' for a time
 *  that the sheet does not have. */
export type SheetRow = { row: number; values: Value[]; times: string[] };

/** Rows are named by their index, in the order of the sheet. */
export class SheetRows {
  readonly #columns: number;
  readonly #statusAt: number;
  readonly #texts: TextStore;
  readonly #indexes = new Map<string, number>();
  readonly #numbers: number[] = [];
  /** How much of each text are the values. */
  readonly #lengths: number[] = [];

  /** `folder`: for the rows that are not held in memory. */
  constructor(kind: Kind, folder: string) {
    const { compared } = shapes[kind];
    this.#columns = compared.length;
    this.#statusAt = compared.indexOf('sync_status');
    this.#texts = new TextStore(folder);
  }

  get size(): number {
    return this.#numbers.length;
  }

  /** Adds a row whose cells have no NUL. Returns its index. */
  add(key: string, { row, values, times }: SheetRow): number {
    this.#indexes.set(copyOf(key), this.#numbers.length);
    const text = [...values, ...packTimes(times)].join(separator);
    this.#texts.add(text);
    this.#lengths.push(lengthOf(values));
    return this.#numbers.push(row) - 1;
  }

  keys(): Iterable<string> {
    return this.#indexes.keys();
  }

  indexOf(key: string): number | undefined {
    return this.#indexes.get(key);
  }

  rowAt(index: number): number {
    return this.#numbers[index] ?? 0;
  }

  at(index: number): SheetRow {
    const cells = this.#texts.at(index).split(separator);
    const values: Value[] = [];
    for (let at = 0; at < this.#columns; at++) {
      const cell = cells[at] || null;
      values.push(cell !== null && at === this.#statusAt ? Number(cell) : cell);
    }
    return { row: this.rowAt(index), values, times: unpackTimes(cells.slice(this.#columns)) };
  }

  /** Whether the row has these values; a missing one equals an empty text, and bytes equal none. */
  equals(index: number, values: Value[]): boolean {
    const text = values.join(separator);
    if (this.#lengths[index] !== text.length || !this.#texts.at(index).startsWith(text)) return false;
    return values.every((value) => value === null || typeof value !== 'object');
  }

  /** The rows by their keys. */
  entries(): Iterable<[key: string, index: number]> {
    return this.#indexes;
  }

  *[Symbol.iterator](): Generator<SheetRow> {
    for (let index = 0; index < this.size; index++) yield this.at(index);
  }
}

const separator = '\0';
const bracket = '[';

/** These cells are not checked, so they may have NULs. */
function packTimes(times: string[]): string[] {
  const isPlain = !times[0]?.startsWith(bracket) && !times.some((time) => time.includes(separator));
  return isPlain ? times : [JSON.stringify(times)];
}

function unpackTimes(cells: string[]): string[] {
  return cells[0]?.startsWith(bracket) ? JSON.parse(cells[0]) : cells;
}

/** Of the text that joins the values. */
function lengthOf(values: Value[]): number {
  let length = values.length - 1;
  for (const value of values) length += typeof value === 'string' ? value.length : String(value ?? '').length;
  return length;
}

/** Shorter parts of a text are copies of their own. */
const minPart = 13;
const copied = Buffer.alloc(4096);

/** A part of a text holds all of it in memory; the copy holds itself alone. */
export function copyOf(key: string): string {
  if (key.length < minPart) return key;
  if (key.length * 3 > copied.length) return Buffer.from(key).toString();
  return copied.toString('utf8', 0, copied.write(key));
}
