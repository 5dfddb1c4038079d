// Parses the topics that a reader of the stream requests.
import { AppError } from '../../core/errors.ts';
import { describeLack, mayAct, type Role } from '../../core/role.ts';
import type { Cards } from '../cards.ts';

/** More than the tabs of any browser need. */
const topicsMax = 100;

type Given = { cards: Cards; defaultTopics: string[]; role: Role };

/** `topics` is a comma-separated list; undefined means the default ones. Topics of missing records are dropped, unless no
 *  other remains. Throws `not_found` for an unknown topic, `forbidden` for one that the role may not read. */
export function readTopics(topics: string | undefined, { cards, defaultTopics, role }: Given): Set<string> {
  if (!topics) return new Set(defaultTopics);
  const names = topics.split(',').slice(0, topicsMax);
  for (const name of names) {
    const reads = cards.find(name)?.reads;
    if (reads && !mayAct(role, reads))
      throw new AppError('forbidden', describeLack(role, reads), { role, needs: reads });
  }
  const known = names.filter((name) => cards.find(name)?.exists());
  const unknown = names.find((name) => !cards.find(name)) ?? (known.length === 0 ? names[0] : undefined);
  if (unknown === undefined) return new Set(known);
  throw new AppError('not_found', `There is no topic ${JSON.stringify(unknown.slice(0, 80))}.`);
}
