// The bytes of stream events (https://html.spec.whatwg.org/multipage/server-sent-events.html). An id is
// `<boot>-<version>`: ids of an earlier process are ignored.

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

    ofCard(name: string, version: number, html: string): Buffer {
      return Buffer.from(`event: ${name}\nid: ${boot}-${version}\n${html.replace(/^/gm, 'data: ')}\n\n`);
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
