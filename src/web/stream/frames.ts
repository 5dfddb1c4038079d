// The bytes of stream events (https://html.spec.whatwg.org/multipage/server-sent-events.html). An id is
// `<boot>-<version>`: ids of an earlier process are ignored.

import type { Role } from '../../core/role.ts';

/** A page on a slow line would get no heartbeat while a larger frame arrives. */
const cardMaxBytes = 1024 * 1024;
const tooLarge =
  '<p class="empty">This part is too large for live updates. <a href="">Reload the page</a> to see its current state.</p>';

export type Frames = ReturnType<typeof createFrames>;

/** `boot` identifies this process, and contains no dash. */
export function createFrames(boot: string) {
  let version = 0;

  return {
    /** A version greater than all before. */
    nextVersion(): number {
      version += 1;
      return version;
    },

    /** The id of a page for readers of a role that has every version so far. */
    pageId(role: Role): string {
      return `${boot}-${version}-${role}`;
    },

    /** The version in an id sent back by a client; 0 for any other text, and for the id of a page for readers of another role. */
    read(id: string | undefined, role: Role): { since: number; isOfOther: boolean } {
      const [itsBoot, number = '', itsRole = role] = (id ?? '').split('-');
      const isOfOther = itsBoot === boot && itsRole !== role;
      const isVersion = itsBoot === boot && /^\d+$/.test(number) && !isOfOther;
      return { since: isVersion ? Number(number) : 0, isOfOther };
    },

    /** A card that is too large is replaced by a note. */
    ofCard(name: string, version: number, html: string): Buffer {
      const shown = Buffer.byteLength(html) > cardMaxBytes ? tooLarge : html;
      const data = shown.replace(/\r\n|\r|\n/g, '\ndata: ');
      return Buffer.from(`event: ${name}\nid: ${boot}-${version}\ndata: ${data}\n\n`);
    },

    /** An event that is not a card. */
    ofSignal(name: string, data: string): Buffer {
      return Buffer.from(`event: ${name}\nid: ${boot}-${version}\ndata: ${data}\n\n`);
    },
  };
}
