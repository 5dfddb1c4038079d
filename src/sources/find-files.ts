// Finds the files of a local sheet. Its disk may be on a network and hang: nobody waits for it longer than they want to.
import path from 'node:path';
import type { Config } from '../core/config.ts';
import { inTime } from '../core/in-time.ts';
import type { SheetSource } from '../core/sheet-source.ts';
import { type FoundFile, findSheetFiles } from '../sheets/file-facts.ts';
import { filesNamed } from '../sheets/tabs.ts';

export type FindFiles = ReturnType<typeof createFindFiles>;

export function createFindFiles({ root }: Pick<Config, 'root'>) {
  const looks = new Map<string, Promise<FoundFile[]>>();

  /** Null when the disk does not answer in time. Rejects with the error of the system. */
  return ({ place, tabs }: SheetSource, maxMs: number): Promise<FoundFile[] | null> =>
    inTime(look(path.resolve(root, place), filesNamed(tabs)), maxMs);

  /** A folder that hangs gets one look at a time, because each look holds a thread of the process. */
  function look(sheet: string, files: string[]) {
    const key = [sheet, ...files].join('\n');
    const pending = looks.get(key) ?? findSheetFiles(sheet, files).finally(() => looks.delete(key));
    looks.set(key, pending);
    return pending;
  }
}
