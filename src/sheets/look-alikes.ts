// Warns of names that a person takes for the same, such as ids that differ only in a zero-width space or in Unicode form.
import { withoutUnseen } from '../core/unseen.ts';
import { hiddenDifference } from './hidden.ts';
import { type Problem, quote, rowProblem } from './problems.ts';
import type { Tab } from './tabs.ts';

const plain = /^[\x21-\x7e]*$/;

/** Names that look alike have the same shape. */
export function shapeOf(name: string): string {
  if (plain.test(name)) return name;
  const folded = name.normalize('NFKC').replace(/\p{Pd}/gu, '-');
  return withoutUnseen(folded.replace(/[\u0370-\u04ff]/g, (letter) => latin.get(letter) ?? letter));
}

/** Cyrillic and Greek letters that look like Latin ones (a part of the confusables of UTS #39). */
const latin = new Map([
  ...zip('АВЕЅІЈКМНОРСТУХаеѕіјорсух', 'ABESIJKMHOPCTYXaesijopcyx'),
  ...zip('ΑΒΕΖΗΙΚΜΝΟΡΤΥΧο', 'ABEZHIKMNOPTYXo'),
]);

function zip(from: string, to: string): [string, string][] {
  return Array.from(from, (letter, at) => [letter, to[at] ?? letter]);
}

/** `names`: gives those of a column, by row, each time that it is called. Equal ones are a problem of their own. */
export function findLookAlikes(
  tab: Tab,
  column: string,
  names: () => Iterable<[name: string, row: number]>,
): Problem[] {
  // Plain names alone have different shapes.
  const shapes = new Set<string>();
  for (const [name] of names()) if (!plain.test(name)) shapes.add(shapeOf(name));
  if (shapes.size === 0) return [];
  const problems: Problem[] = [];
  const firsts = new Map<string, [name: string, row: number]>();
  for (const [name, row] of names()) {
    const shape = shapeOf(name);
    if (!shapes.has(shape)) continue;
    const [first, firstRow] = firsts.get(shape) ?? [name, row];
    if (first === name) firsts.set(shape, [first, firstRow]);
    else problems.push(lookAlike(tab, column, row, name, `${quote(first)} in row ${firstRow}`, first));
  }
  return problems;
}

/** `added`: keys of rows that the library does not have; `absent`: the library's keys that the sheet does not have. */
export function findLookAlikesInLibrary(
  tab: Tab,
  added: Iterable<[key: string, row: number]>,
  absent: string[],
): Problem[] {
  const problems: Problem[] = [];
  if (absent.length === 0) return problems;
  const stored = new Map(absent.map((key) => [shapeOf(key), key]));
  for (const [key, row] of added) {
    const other = stored.get(shapeOf(key));
    if (other === undefined) continue;
    problems.push(lookAlike(tab, tab.required[0] ?? '', row, key, `${quote(other)} of the library`, other));
  }
  return problems;
}

function lookAlike(
  tab: Tab,
  column: string,
  row: number,
  name: string,
  like: string,
  other: string,
): Problem {
  const difference = hiddenDifference(name, other) ?? 'similar characters';
  const message = `${quote(name)} looks like ${like}; they differ only in ${difference}. Both count as separate.`;
  return rowProblem(tab.name, row, column, name, message);
}
