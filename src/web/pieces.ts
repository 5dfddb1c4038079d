// Pieces of a page that are kept as bytes, without secrets. Its text has a mark in place of each: encoding and looking through
// the text of a page takes longer than rendering it.
import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    /** Returns the mark of a piece, for the text of the answer. */
    insert(bytes: Buffer): string;
    pieces: Buffer[] | null;
  }
}

/** No text that somebody sends contains it. */
const secret = randomBytes(8).toString('hex');
const mark = new RegExp(`<\\?${secret} (\\d+)\\?>`);

/** Must be called after the hooks that look through texts, and before those that take bytes. */
export function registerPieces(app: FastifyInstance) {
  app.decorateRequest('pieces', null);
  app.decorateRequest('insert', function (bytes) {
    this.pieces ??= [];
    return `<?${secret} ${this.pieces.push(bytes) - 1}?>`;
  });
  app.addHook('onSend', async ({ pieces }, _reply, payload: unknown) =>
    pieces !== null && typeof payload === 'string' ? join(payload, pieces) : payload,
  );
}

/** The text of an error in place of the page has no marks. */
function join(text: string, pieces: Buffer[]): Buffer {
  const parts = text.split(mark);
  return Buffer.concat(parts.map((part, at) => (at % 2 === 1 ? pieceAt(pieces, part) : Buffer.from(part))));
}

function pieceAt(pieces: Buffer[], at: string): Buffer {
  return pieces[Number(at)] ?? Buffer.alloc(0);
}
