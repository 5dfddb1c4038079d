import type { Cache } from '../../core/cache.ts';
import { coalesce } from '../../core/coalesce.ts';
import type { Role } from '../../core/role.ts';
import type { OpenCard } from '../cards.ts';

/** A watched card, for readers of a role. `frame` contains `html` and has `version`; `newest` may not be published yet.
 *  Both are null until they are known: a page may have more than a card that is empty now. `timer` runs while changes are
 *  throttled. */
export type LiveCard = {
  /** Its key in the cache of rendered cards. */
  key: string;
  card: OpenCard;
  role: Role;
  newest: string | null;
  html: string | null;
  frame: Buffer;
  version: number;
  isDirty: boolean;
  timer: NodeJS.Timeout | null;
  /** Renders it if it is dirty or no longer kept; concurrent calls share one rendering. */
  render: () => Promise<void>;
};

export function newLiveCard(
  { key, card, role }: Pick<LiveCard, 'key' | 'card' | 'role'>,
  kept: Cache<string>,
  renderDirty: (one: LiveCard) => Promise<void>,
): LiveCard {
  const nothing = { newest: null, html: null, frame: Buffer.alloc(0), version: 0 };
  const render = coalesce(async () => {
    if (one.isDirty || kept.get(key) === undefined) await renderDirty(one);
  });
  const one: LiveCard = { key, card, role, ...nothing, isDirty: true, timer: null, render };
  return one;
}

/** Lets the next change be sent at once. */
export function endThrottle(one: LiveCard) {
  if (one.timer) clearTimeout(one.timer);
  one.timer = null;
}
