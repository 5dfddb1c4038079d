// An empty sheet with the headers of its tabs, made by the first request for it.
import { buffer } from 'node:stream/consumers';
import { createCache } from '../core/cache.ts';
import { emptyTabs, type Format } from './exported-rows.ts';
import { packSheet } from './sheet-files.ts';

export const emptySheets = createCache<Buffer>('empty-sheets', {
  reads: 'viewer',
  about: 'The empty sheets that people download to fill in.',
  entries: 10,
  bytes: 4 * 1024 * 1024,
  sizeOf: (bytes) => bytes.length,
  show: (bytes) => bytes.toString('latin1'),
  now: () => new Date(),
});
/** The first day of a ZIP's calendar: the bytes are the same in every process. */
const date = new Date(Date.UTC(1980, 0, 1));

export function readTemplate(format: Format): Promise<Buffer> {
  return emptySheets.through(format, async () => buffer(await packSheet(emptyTabs(), format, date)));
}
