// Replaces tabs of a Google spreadsheet: writes new ones beside, then switches all at once, and keeps the old ones hidden.
import { randomInt } from 'node:crypto';
import { badInput } from '../core/errors.ts';
import { formatNumber } from '../core/format.ts';
import { findReplaced, type TabRules } from './replaced-tabs.ts';
import type { Spreadsheet } from './spreadsheet.ts';
import { previousTitle, writingTitle } from './tab-titles.ts';

/** `rows`: as many as `count`; the first is the header. */
export type NewTab = TabRules & { columns: number; count: number; rows: Iterable<readonly string[]> };

/** A new tab, with the id that it has before and after the switch. */
type Written = NewTab & { id: number };

/** Google recommends requests of up to 2 MB. */
const maxChunkBytes = 2_000_000;
const maxCells = 10_000_000;

/** A failure leaves the old tabs as they are; the next export removes the unfinished ones. Of two exports at once, the first one
 *  fails, as the second one removes its tabs. Throws `bad_input` or `temporary`. */
export async function replaceTabs(book: Spreadsheet, tabs: readonly NewTab[]) {
  const written = tabs.map((tab) => ({ ...tab, id: randomInt(1, 2 ** 31 - 1) }));
  await prepareTabs(book, written);
  for (const tab of written) await writeRows(book, tab);
  await switchTabs(book, written);
}

/** Adds the new tabs, in place of what an export that died has left. */
async function prepareTabs(book: Spreadsheet, written: Written[]) {
  const { tabs, leftOver } = await findReplaced(book, written);
  const others = tabs.filter((tab) => !leftOver.includes(tab));
  assertFits(
    others.reduce((sum, { cells }) => sum + cells, 0),
    written.reduce((sum, { count, columns }) => sum + count * columns, 0),
  );
  const requests = [...leftOver.map(({ id }) => deleteTab(id)), ...written.flatMap(addTab)];
  await changeOnce(book, requests, written, ({ name, id }) => writingTitle(name, id));
}

function assertFits(present: number, added: number) {
  if (present + added <= maxCells) return;
  const found = `The spreadsheet has ${formatNumber(present)} cells, and the new tabs need ${formatNumber(added)}`;
  const advice = `Delete tabs that nobody needs, such as those named “${previousTitle('…')}”, or export to another spreadsheet.`;
  throw badInput('too_large', `${found}; Google allows ${formatNumber(maxCells)}. ${advice}`);
}

/** A column of text stays text when a person edits it. */
function addTab({ id: sheetId, name, columns, count }: Written) {
  const gridProperties = { rowCount: count, columnCount: columns, frozenRowCount: count > 1 ? 1 : 0 };
  const userEnteredFormat = { numberFormat: { type: 'TEXT' } };
  return [
    { addSheet: { properties: { sheetId, title: writingTitle(name, sheetId), gridProperties } } },
    {
      repeatCell: {
        range: { sheetId },
        cell: { userEnteredFormat },
        fields: 'userEnteredFormat.numberFormat',
      },
    },
  ];
}

async function writeRows(book: Spreadsheet, { name, id, rows }: Written) {
  const title = writingTitle(name, id);
  let chunk: string[][] = [];
  let bytes = 0;
  let next = 1;
  const flush = async () => {
    await book.write(title, next, chunk);
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

/** One request renames all. A new tab takes the position of the old one; without an old one, it stays at the end. */
async function switchTabs(book: Spreadsheet, written: Written[]) {
  const { tabs, replaced } = await findReplaced(book, written);
  const order = tabs.map(({ id }) => id);
  const requests = written.flatMap(({ id, name }, at) => {
    const { old, outdated } = replaced[at] ?? {};
    if (outdated) order.splice(order.indexOf(outdated.id), 1);
    return [
      ...(outdated ? [deleteTab(outdated.id)] : []),
      ...(old ? [rename({ sheetId: old.id, title: previousTitle(name), hidden: true })] : []),
      rename({
        sheetId: id,
        title: name,
        hidden: false,
        ...(old ? { index: moveBefore(order, id, old.id) } : {}),
      }),
    ];
  });
  await changeOnce(book, requests, written, ({ name }) => name);
}

/** Moves `id` in `order`. Returns the index that the move has for Google, which counts before the move. */
function moveBefore(order: number[], id: number, other: number): number {
  const index = order.indexOf(other);
  order.splice(order.indexOf(id), 1);
  order.splice(order.indexOf(other), 0, id);
  return index;
}

type Requests = Parameters<Spreadsheet['change']>[0];

/** When an answer is lost, the repeated request is refused; the tabs show that the first one was applied. `titleOf`: the title of
 *  a tab then. */
async function changeOnce(
  book: Spreadsheet,
  requests: Requests,
  written: Written[],
  titleOf: (tab: Written) => string,
) {
  try {
    await book.change(requests);
  } catch (error) {
    const { tabs } = await book.describe();
    const isThere = (one: Written) => tabs.some(({ id, name }) => id === one.id && name === titleOf(one));
    if (!written.every(isThere)) throw error;
  }
}

function deleteTab(sheetId: number) {
  return { deleteSheet: { sheetId } };
}

function rename(properties: { sheetId: number; title: string; hidden: boolean; index?: number }) {
  const { sheetId: _, ...changed } = properties;
  return { updateSheetProperties: { properties, fields: Object.keys(changed).join(',') } };
}
