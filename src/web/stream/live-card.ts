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
  /** `newest` for pages; null until a page asks. */
  bytes: Buffer | null;
  frame: Buffer;
  version: number;
  isDirty: boolean;
  /** The mark of the stored data when it was last rendered. */
  mark: string;
  timer: NodeJS.Timeout | null;
  /** Renders it if it is dirty or no longer kept; concurrent calls share one rendering. */
  render: () => Promise<void>;
  /** Renders it unless it has not changed since `mark`. */
  freshen: (mark: string) => Promise<void>;
  /** Its HTML; null if it has changed since `mark`, or was not rendered. */
  bytesAt: (mark: string) => Buffer | null;
};

export function newLiveCard(
  { key, card, role }: Pick<LiveCard, 'key' | 'card' | 'role'>,
  kept: Cache<string>,
  renderDirty: (one: LiveCard) => Promise<void>,
): LiveCard {
  const nothing = { newest: null, html: null, bytes: null, frame: Buffer.alloc(0), version: 0 };
  const render = coalesce(async () => {
    if (one.isDirty || kept.get(key) === undefined) await renderDirty(one);
  });
  const isFresh = (mark: string) => !one.isDirty && one.mark === mark && kept.peek(key) !== undefined;
  const freshen = async (mark: string) => {
    // Again, if a rendering had begun before.
    for (let turn = 0; turn < 2 && !isFresh(mark); turn += 1) {
      one.isDirty = true;
      await render();
    }
  };
  const bytesAt = (mark: string) => {
    if (!isFresh(mark)) return null;
    one.bytes ??= Buffer.from(kept.get(key) ?? '');
    return one.bytes;
  };
  const state = { ...nothing, isDirty: true, mark: '', timer: null };
  const one: LiveCard = { key, card, role, ...state, render, freshen, bytesAt };
  return one;
}

/** Lets the next change be sent at once. */
export function endThrottle(one: LiveCard) {
  if (one.timer) clearTimeout(one.timer);
  one.timer = null;
}
