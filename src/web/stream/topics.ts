// Which cards a reader of the stream asks for.
import { AppError } from '../../core/errors.ts';
import type { Cards } from '../cards.ts';

/** More than anybody has tabs. */
const topicsMax = 100;

/** `topics` is a comma list; none means `byDefault`. Records that are gone are left out, unless nothing else is asked
 *  for. Throws `not_found` for a topic that is no card's. */
export function readTopics(topics: string | undefined, cards: Cards, byDefault: string[]): Set<string> {
  if (!topics) return new Set(byDefault);
  const names = topics.split(',').slice(0, topicsMax);
  const known = names.filter((name) => cards.exists(name));
  const unknown = names.find((name) => !cards.find(name)) ?? (known.length === 0 ? names[0] : undefined);
  if (unknown === undefined) return new Set(known);
  throw new AppError('not_found', `There is no topic ${JSON.stringify(unknown.slice(0, 80))}.`);
}
