// Packs a ZIP while it is read (archiver): no member is held in memory.
import { Readable } from 'node:stream';

export type ZipMember = { name: string; content: Readable | string };

export const readBytes = 256 * 1024;

/** The members are read one after the other and destroyed with the ZIP, whatever ends it; an error of one is the ZIP's.
 *  `isStored`: they are not compressed. `date`: the time of all members. */
export async function packZip(
  members: ZipMember[],
  { isStored, date }: { isStored: boolean; date: Date },
): Promise<Readable> {
  // Imported by the first use: loading it takes a fifth of the server's start.
  const { ZipArchive } = await import('archiver');
  const zip = new ZipArchive({ store: isStored, highWaterMark: readBytes });
  const fail = (error: Error) => zip.destroy(error);
  zip.once('close', () => zip.abort());
  for (const { name, content } of members) {
    zip.append(content, { name, date, mode: 0o600 });
    if (!(content instanceof Readable)) continue;
    content.once('error', fail);
    zip.once('close', () => content.destroy());
  }
  zip.finalize().catch(fail);
  return zip;
}
