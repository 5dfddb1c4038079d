// Reads the fields that a form has before its first file, so that a refused upload is recorded with its reason.
import type { Multipart } from '@fastify/multipart';

type Field = Extract<Multipart, { type: 'field' }>;

type Reading = {
  maxMs: number;
  /** Called for each field as it arrives, also for those behind a file. */
  onField: (field: Field) => void;
};

/** Settles at the first file, at the end, at an error, or after `maxMs`. `all` gives all parts in their order, these fields
 *  included, and throws what the parser has thrown. */
export async function readLeadingFields(
  parts: AsyncIterableIterator<Multipart>,
  { maxMs, onField }: Reading,
) {
  const fields: Field[] = [];
  let first: Multipart | null = null;
  let failure: { error: unknown } | null = null;

  async function read() {
    try {
      for (;;) {
        const { done, value } = await parts.next();
        if (done) return;
        if (value.type === 'file') {
          first = value;
          return;
        }
        onField(value);
        fields.push(value);
      }
    } catch (error) {
      failure = { error };
    }
  }

  async function* all(): AsyncGenerator<Multipart> {
    await reading;
    yield* fields;
    if (failure) throw failure.error;
    if (first) yield first;
    for await (const part of parts) {
      if (part.type === 'field') onField(part);
      yield part;
    }
  }

  const reading = read();
  await within(maxMs, reading);
  return { all };
}

async function within(maxMs: number, work: Promise<void>) {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, maxMs);
  });
  await Promise.race([work, over]);
  clearTimeout(timer);
}
