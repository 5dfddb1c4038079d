// The cards of pages, made of the same bytes as those of the stream.
import type { Role } from '../../core/role.ts';
import type { Frames } from './frames.ts';
import type { createLiveCards } from './live-cards.ts';

type Live = Pick<ReturnType<typeof createLiveCards>, 'find' | 'publish' | 'release'>;

export function createPageCards(live: Live, frames: Frames, dataMark: () => string) {
  return {
    /** Renders the cards of a page that have changed. A stream that begins behind `id` sends what is newer than a page that is
     *  made from now on. `bytesOf` gives a card that has not changed since; null for any other. */
    async freshen(topics: string[], role: Role) {
      const mark = dataMark();
      const shown = topics.flatMap((topic) => live.find(topic, role) ?? []);
      await Promise.all(shown.map((one) => one.freshen(mark)));
      live.publish(shown);
      const bytesOf = (topic: string) => live.find(topic, role)?.bytesAt(mark) ?? null;
      return { id: frames.pageId(role), bytesOf };
    },

    /** Drops the cards of records that nobody of the role watches. */
    release(topics: string[], role: Role) {
      for (const topic of topics) live.release(topic, role);
    },
  };
}
