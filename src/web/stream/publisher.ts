// When a card that became dirty is rendered and sent: the first change at once, further ones held back for a while and
// sent as one. What became dirty in one turn of the event loop is published together: one write to each reader.
import type { Frames } from './frames.ts';
import type { LiveCard } from './live-card.ts';

const eventEveryMs = 200;

/** `onPublish` is given cards with new bytes, in the order of their versions. */
export function createPublisher(
  frames: Frames,
  render: (one: LiveCard) => Promise<void>,
  onPublish: (cards: LiveCard[]) => void,
) {
  const due = new Set<LiveCard>();
  return { renderSoon, publish };

  function renderSoon(one: LiveCard) {
    if (one.timer) return;
    one.timer = setTimeout(() => {
      one.timer = null;
      if (one.isDirty) renderSoon(one);
    }, eventEveryMs);
    if (due.size === 0) setImmediate(() => void renderDue());
    due.add(one);
  }

  async function renderDue() {
    const batch = [...due];
    due.clear();
    await Promise.all(batch.map(render));
    publish(batch);
  }

  /** Gives versions and sends in one go: a reader that has a version has all before it. Equal bytes are no new version. */
  function publish(batch: LiveCard[]) {
    const fresh = batch.filter(({ newest, html }) => newest !== html);
    for (const one of fresh) {
      one.html = one.newest;
      one.version = frames.nextVersion();
      one.frame = frames.ofCard(one.card.name, one.version, one.html);
    }
    if (fresh.length > 0) onPublish(fresh);
  }
}
