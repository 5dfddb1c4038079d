// Renders and sends dirty cards: the first change at once, further changes throttled and sent as one. Cards that become
// dirty in the same turn of the event loop are published together, with one write to each reader.
import type { Frames } from './frames.ts';
import type { LiveCard } from './live-card.ts';

/** Per card. */
const throttleMs = 200;

/** `onPublish` receives the cards whose HTML has changed, in version order. */
export function createPublisher(frames: Frames, onPublish: (cards: LiveCard[]) => void) {
  const due = new Set<LiveCard>();
  return { renderSoon, publish };

  /** The caller has marked the card as dirty; a change within the throttle is rendered when that ends. */
  function renderSoon(one: LiveCard) {
    if (one.timer) return;
    one.timer = setTimeout(() => {
      one.timer = null;
      if (one.isDirty) renderSoon(one);
    }, throttleMs);
    if (due.size === 0) setImmediate(() => void renderDue());
    due.add(one);
  }

  async function renderDue() {
    const batch = [...due];
    due.clear();
    await Promise.all(batch.map((one) => one.render()));
    publish(batch);
  }

  /** Assigns versions and sends, without a pause: a reader at version N has received every version before N. A card whose
   *  HTML did not change keeps its version. */
  function publish(batch: LiveCard[]) {
    const changed = batch.filter(({ newest, html }) => newest !== html);
    for (const one of changed) {
      one.html = one.newest;
      one.version = frames.nextVersion();
      one.frame = frames.ofCard(one.card.name, one.version, one.html ?? '');
    }
    if (changed.length > 0) onPublish(changed);
  }
}
