// An empty sheet with the headers of its tabs, made by the first request for it.
import { buffer } from 'node:stream/consumers';
import { emptyTabs, type Format } from './exported-rows.ts';
import { packSheet } from './sheet-files.ts';

const made = new Map<Format, Promise<Buffer>>();
/** The first day of a ZIP's calendar: the bytes are the same in every process. */
const date = new Date(Date.UTC(1980, 0, 1));

export function readTemplate(format: Format): Promise<Buffer> {
  const bytes = made.get(format) ?? packSheet(emptyTabs(), format, date).then(buffer);
  made.set(format, bytes);
  return bytes;
}
