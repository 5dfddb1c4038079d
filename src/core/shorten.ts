// Shortens texts of people and programs, which may have any length, for lists, cards and notices.
import { formatNumber } from './format.ts';

/** Longer texts are cut where they are one of many. */
const shownMax = 500;

/** Gives the text, or its beginning and its length: `abc… (300,000 characters)`. */
export function shorten(text: string, max = shownMax): string {
  if (text.length <= max) return text;
  // A character of two code units is not split.
  const begin = text.slice(0, max).replace(/[\uD800-\uDBFF]$/, '');
  return `${begin}… (${formatNumber(text.length)} characters)`;
}

/** The same for every text of a JSON value, and for the names of its properties. */
export function shortenAll<T>(value: T, max = shownMax): T {
  if (typeof value === 'string') return shorten(value, max) as T;
  if (Array.isArray(value)) return value.map((one) => shortenAll(one, max)) as T;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, one]) => [shorten(name, max), shortenAll(one, max)]);
  return Object.fromEntries(entries) as T;
}
