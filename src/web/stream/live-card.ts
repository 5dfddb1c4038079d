import type { OpenCard } from '../cards.ts';

/** A watched card. `frame` contains `html` and has `version`; `newest` may not be published yet. `timer` runs while
 *  changes are throttled. */
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

/** Lets the next change be sent at once. */
export function endThrottle(one: LiveCard) {
  if (one.timer) clearTimeout(one.timer);
  one.timer = null;
}
