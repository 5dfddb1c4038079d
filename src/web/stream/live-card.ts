import type { OpenCard } from '../cards.ts';

/** A card that somebody watches. `frame` holds `html` and has `version`; `newest` may not be published yet. `timer` runs
 *  while changes are held back. */
export type LiveCard = {
  card: OpenCard;
  newest: string;
  html: string;
  frame: Buffer;
  version: number;
  isDirty: boolean;
  timer: NodeJS.Timeout | null;
  rendering: Promise<void> | null;
};

export function newLiveCard(card: OpenCard): LiveCard {
  const nothing = { newest: '', html: '', frame: Buffer.alloc(0), version: 0 };
  return { card, ...nothing, isDirty: true, timer: null, rendering: null };
}

/** The next change goes out at once. */
export function endThrottle(one: LiveCard) {
  if (one.timer) clearTimeout(one.timer);
  one.timer = null;
}
