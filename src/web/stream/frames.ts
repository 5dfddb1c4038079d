// The bytes of stream events (https://html.spec.whatwg.org/multipage/server-sent-events.html). An id is
// `<boot>-<version>`: ids of an earlier process are ignored.

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

    /** The version in an id sent back by a client; 0 for any other text. */
    readVersion(id: string | undefined): number {
      const [itsBoot, number] = (id ?? '').split('-');
      return itsBoot === boot && /^\d+$/.test(number ?? '') ? Number(number) : 0;
    },
  };
}
