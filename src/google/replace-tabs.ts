// Replaces tabs of a Google spreadsheet: writes new ones beside, then switches all at once, and keeps the old ones hidden.
import { randomInt } from 'node:crypto';
import { badInput } from '../core/errors.ts';
import { formatNumber } from '../core/format.ts';
import type { Spreadsheet } from './spreadsheet.ts';

/** `rows`: as many as `count`; the first is the header. */
export type NewTab = { name: string; columns: number; count: number; rows: Iterable<readonly string[]> };

/** A new tab, with the id that it has before and after the switch. */
type Written = NewTab & { id: number };

const writing = ' (being written)';
const previous = ' (previous export)';
/** Google recommends requests of up to 2 MB. */
const maxChunkBytes = 2_000_000;
const maxCells = 10_000_000;

/** A failure leaves the old tabs as they are, and what was written beside is removed by the next export. Throws `bad_input` or
 *  `temporary`. */
export async function replaceTabs(book: Spreadsheet, tabs: readonly NewTab[]) {
  const written = tabs.map((tab) => ({ ...tab, id: randomInt(1, 2 ** 31 - 1) }));
  await prepareTabs(book, written);
  for (const tab of written) await writeRows(book, tab);
  await switchTabs(book, written);
}

/** Adds the new tabs, in place of what an export that died has left. */
async function prepareTabs(book: Spreadsheet, tabs: Written[]) {
  const found = (await book.describe()).tabs;
  const isLeft = (name: string) => tabs.some((tab) => name === tab.name + writing);
  const others = found.filter(({ name }) => !isLeft(name));
  assertFits(
    others.reduce((sum, { cells }) => sum + cells, 0),
    tabs.reduce((sum, { count, columns }) => sum + count * columns, 0),
  );
  const leftOver = found.filter(({ name }) => isLeft(name));
  const requests = [...leftOver.map(({ id }) => ({ deleteSheet: { sheetId: id } })), ...tabs.flatMap(addTab)];
  await changeOnce(book, requests, tabs, writing);
}

function assertFits(present: number, added: number) {
  if (present + added <= maxCells) return;
  const found = `The spreadsheet has ${formatNumber(present)} cells, and the new tabs need ${formatNumber(added)}`;
  const advice = `Delete tabs that nobody needs, such as those named “…${previous}”, or export to another spreadsheet.`;
  throw badInput('too_large', `${found}; Google allows ${formatNumber(maxCells)}. ${advice}`);
}

/** A column of text stays text when a person edits it. */
function addTab({ id: sheetId, name, columns, count }: Written) {
  const gridProperties = { rowCount: count, columnCount: columns, frozenRowCount: count > 1 ? 1 : 0 };
  const userEnteredFormat = { numberFormat: { type: 'TEXT' } };
  return [
    { addSheet: { properties: { sheetId, title: name + writing, gridProperties } } },
    {
      repeatCell: {
        range: { sheetId },
        cell: { userEnteredFormat },
        fields: 'userEnteredFormat.numberFormat',
      },
    },
  ];
}

async function writeRows(book: Spreadsheet, { name, rows }: Written) {
  let chunk: string[][] = [];
  let bytes = 0;
  let next = 1;
  const flush = async () => {
    await book.write(name + writing, next, chunk);
    next += chunk.length;
    [chunk, bytes] = [[], 0];
  };
  for (const cells of rows) {
    const size = Buffer.byteLength(JSON.stringify(cells)) + 1;
    if (chunk.length > 0 && bytes + size > maxChunkBytes) await flush();
    chunk.push([...cells]);
    bytes += size;
  }
  if (chunk.length > 0) await flush();
}

/** One request renames all. */
async function switchTabs(book: Spreadsheet, written: Written[]) {
  const { tabs } = await book.describe();
  const find = (wanted: string) => tabs.find(({ name }) => name === wanted);
  const requests = written.flatMap(({ id, name }, index) => {
    const [old, outdated] = [find(name), find(name + previous)];
    return [
      ...(outdated ? [{ deleteSheet: { sheetId: outdated.id } }] : []),
      ...(old ? [rename({ sheetId: old.id, title: name + previous, hidden: true })] : []),
      rename({ sheetId: id, title: name, hidden: false, index }),
    ];
  });
  await changeOnce(book, requests, written, '');
}

type Requests = Parameters<Spreadsheet['change']>[0];

/** When an answer is lost, the repeated request is refused; the tabs show that the first one was applied. `suffix`: of their
 *  names then. */
async function changeOnce(book: Spreadsheet, requests: Requests, written: Written[], suffix: string) {
  try {
    await book.change(requests);
  } catch (error) {
    const { tabs } = await book.describe();
    const isThere = ({ id, name }: Written) =>
      tabs.some((tab) => tab.id === id && tab.name === name + suffix);
    if (!written.every(isThere)) throw error;
  }
}

function rename(properties: { sheetId: number; title: string; hidden: boolean; index?: number }) {
  const { sheetId: _, ...changed } = properties;
  return { updateSheetProperties: { properties, fields: Object.keys(changed).join(',') } };
}
