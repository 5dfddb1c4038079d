// Finds the parts of a workbook by its relationships: its sheets, shared strings and styles. Format: ECMA-376 parts 1 and 2.
import path from 'node:path';
import type { ZipEntry } from '../zip/directory.ts';
import { ZipRefusal } from '../zip/refusal.ts';
import { assertPlainXml, readElements } from './xml.ts';

export type SheetPart = { name: string; isHidden: boolean; part: ZipEntry | null };
export type WorkbookParts = {
  sheets: SheetPart[];
  strings: ZipEntry | null;
  styles: ZipEntry | null;
  /** Days are counted from 1904, as old Excel for Mac does. */
  is1904: boolean;
};

/** These list parts; they are short. */
const maxListBytes = 4 * 1024 * 1024;

export async function findParts(
  entries: ZipEntry[],
  readEntry: (entry: ZipEntry) => Promise<Buffer>,
): Promise<WorkbookParts> {
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  const find = (name: string) => byName.get(name.toLowerCase()) ?? null;
  const read = async (name: string) => {
    const entry = find(name);
    if (!entry) throw noWorkbook(`it has no ${name}`);
    if (entry.size > maxListBytes) throw noWorkbook(`its ${name} is too large`);
    const bytes = await readEntry(entry);
    assertPlainXml(bytes, name);
    return bytes.toString();
  };
  const root = await readTargets(read, '_rels/.rels', '');
  const main = root.find(({ type }) => type === 'officedocument')?.target;
  if (main === undefined) throw noWorkbook('its _rels/.rels names no workbook');
  const folder = path.posix.dirname(main);
  const workbook = await read(main);
  const targets = await readTargets(
    read,
    path.posix.join(folder, '_rels', `${path.posix.basename(main)}.rels`),
    folder,
  );
  const part = (type: string) => {
    const target = targets.find((one) => one.type === type)?.target;
    return target === undefined ? null : find(target);
  };
  const sheets = readElements(workbook, 'sheet').map(({ name = '', state, id }) => {
    const target = targets.find((one) => one.type === 'worksheet' && one.id === id)?.target;
    const isHidden = state === 'hidden' || state === 'veryHidden';
    return { name, isHidden, part: target === undefined ? null : find(target) };
  });
  const [settings = {}] = readElements(workbook, 'workbookPr');
  const is1904 = ['1', 'true'].includes(settings.date1904 ?? '');
  return { sheets, strings: part('sharedstrings'), styles: part('styles'), is1904 };
}

/** The targets of a list of relationships; the last word of a type is the same in all versions of the format. */
async function readTargets(read: (name: string) => Promise<string>, list: string, folder: string) {
  return readElements(await read(list), 'Relationship').map(({ Id: id, Type = '', Target = '' }) => ({
    id,
    type: (Type.split('/').at(-1) ?? '').toLowerCase(),
    target: Target.startsWith('/') ? Target.slice(1) : path.posix.join(folder, Target),
  }));
}

function noWorkbook(why: string): ZipRefusal {
  return new ZipRefusal('not_a_workbook', `The file is not a workbook that can be read: ${why}.`);
}
