// Parses the topics that a reader of the stream requests.
import { AppError } from '../../core/errors.ts';
import type { Cards } from '../cards.ts';

/** More than the tabs of any browser need. */
const topicsMax = 100;

/** `topics` is a comma-separated list; undefined means `byDefault`. Topics of missing records are dropped, unless no other
 *  remains. Throws `not_found` for an unknown topic. */
export function readTopics(topics: string | undefined, cards: Cards, byDefault: string[]): Set<string> {
  if (!topics) return new Set(byDefault);
  const names = topics.split(',').slice(0, topicsMax);
  const known = names.filter((name) => cards.find(name)?.exists());
  const unknown = names.find((name) => !cards.find(name)) ?? (known.length === 0 ? names[0] : undefined);
  if (unknown === undefined) return new Set(known);
  throw new AppError('not_found', `There is no topic ${JSON.stringify(unknown.slice(0, 80))}.`);
}
