// Reads the answer of a service on the network, whose length is never trusted.

/** An answer that cannot be used; the message continues "The service could not …: ". */
export class BadReply extends Error {}

/** Far more than 64 vectors of the largest models, or the three tabs of a spreadsheet. */
const maxReplyMb = 64;

/** Throws `BadReply` for a body that is too large, and what the connection throws. */
export async function readBody({ body }: { body: AsyncIterable<Uint8Array> | null }): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > maxReplyMb * 1024 * 1024) throw new BadReply(`its answer is larger than ${maxReplyMb} MB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
