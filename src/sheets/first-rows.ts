// Recognises a CSV file by whose first rows its cells or its header cannot be found, such as one with another delimiter.
import { delimiters } from '../csv/csv.ts';
import type { Foreign } from '../csv/file-format.ts';
import { countKnown } from './header.ts';
import { isBlank, isUnseen } from './hidden.ts';
import { quote } from './problems.ts';
import type { Tab } from './tabs.ts';

const save = 'Save with commas, semicolons or tabs between the cells.';
const word = String.raw`[\p{L}\p{N}_]+`;
const setting = /^["']?sep ?= ?(\\t|.?)["']?[,;\t|]*$/i;
const quoted = /^(['“”„«»‹›‘’‚`´])\p{L}/u;
const spaced = new RegExp(`^"?${word}"?([,;\t]) +"?${word}`, 'u');
const separated = new RegExp(`${word}([^\\p{L}\\p{N}_]+)`, 'u');

/** `line`: the first one that is not blank. `records`: the rows, as far as they can be read; only
 *  as many are read as are needed. Null when the header is the
 *  first row, and the rows below have cells. */
export function recogniseFirstRows(tab: Tab, line: string, records: Iterable<string[]>): Foreign | null {
  const delimiter = setting.exec(line)?.[1];
  if (delimiter !== undefined) {
    const isKnown = delimiter !== '|';
    const advice = isKnown ? 'Delete that line; the delimiter is found without it.' : save;
    return { kind: `introduced by a line “sep=${delimiter}”, which is no header`, advice };
  }
  const words = line.toLowerCase().split(/[^\p{L}\p{N}_]+/u);
  const isHeader = words.filter((one) => tab.headers.includes(one)).length > 1;
  if (isHeader) return recogniseHeader(tab, line, records);
  return findHeaderBelow(tab, takeFirst(records, maxHeaderRows));
}

function takeFirst<T>(all: Iterable<T>, max: number): T[] {
  const first: T[] = [];
  for (const one of all) if (first.push(one) >= max) break;
  return first;
}

function recogniseHeader(tab: Tab, line: string, records: Iterable<string[]>): Foreign | null {
  const [header = []] = records;
  const mark = quoted.exec(line)?.[1];
  if (mark) {
    const name = { "'": 'single quotes', '`': 'backticks' }[mark] ?? 'typographic quotes';
    return { kind: `quoted with ${name}`, advice: 'Use straight double quotes (").' };
  }
  const [, delimiter = ''] = spaced.exec(line) ?? [];
  const others = delimiter === '' ? [] : line.split(delimiter).slice(1);
  if (others.length > 0 && others.every((name) => name.startsWith(' ')))
    return {
      kind: 'separated by delimiters with a space',
      advice: 'Remove the space behind each delimiter.',
    };
  if (countKnown(tab, header) > 1) return hasNoCells(records) ? headerOnly : null;
  const between = separated.exec(line)?.[1] ?? '';
  if (delimiters.some((one) => between.includes(one)))
    return { kind: 'quoted row by row', advice: 'Remove the quotes around each row.' };
  const found = between.replaceAll('"', '').trim();
  return { kind: `separated by ${found === '' ? 'spaces' : `“${found}”`}`, advice: save };
}

const headerOnly: Foreign = {
  kind: 'split into cells in the header only',
  advice: 'Use its delimiter in all rows, without quotes around a whole row.',
};

/** Whether each row below the header is one cell, in which there is another delimiter. */
function hasNoCells(records: Iterable<string[]>): boolean {
  let row = 0;
  let filled = 0;
  for (const cells of records) {
    if (++row === 1 || isBlank(cells)) continue;
    const [cell = '', ...others] = cells;
    if (others.length > 0 || !delimiters.some((delimiter) => cell.includes(delimiter))) return false;
    filled++;
  }
  return filled > 0;
}

/** A header is searched for in so many rows. */
export const maxHeaderRows = 20;

/** Null when no row below the first is a header. */
export function findHeaderBelow(tab: Tab, records: string[][]): Foreign | null {
  const above = records.slice(0, maxHeaderRows).findIndex((cells) => countKnown(tab, cells) > 1);
  if (above < 1) return null;
  const text = records
    .slice(0, above)
    .flat()
    .find((cell) => !isUnseen(cell));
  const empty = above === 1 ? 'an empty row' : `${above} empty rows`;
  const rows = above === 1 ? 'row 1' : `rows 1 to ${above}`;
  return {
    kind: `introduced by ${text === undefined ? empty : quote(text)}`,
    advice: `The header is in row ${above + 1}, but belongs in row 1: delete ${rows}.`,
  };
}
