// Replaces tabs of a Google spreadsheet: writes new ones beside, then switches all at once, and keeps the old ones hidden.
import type { Spreadsheet } from './spreadsheet.ts';

/** `rows`: below the header. */
export type NewTab = {
  name: string;
  header: readonly string[];
  rows: Iterable<readonly string[]>;
  count: number;
};

const writing = ' (being written)';
const previous = ' (previous export)';
/** Google recommends requests of up to 2 MB. */
const chunkChars = 1_000_000;

/** `onWritten` receives the rows written so far. A failure leaves the old tabs as they are, and what was written beside is
 *  removed by the next export. Throws `bad_input` or `temporary`. */
export async function replaceTabs(book: Spreadsheet, tabs: NewTab[], onWritten: (rows: number) => void) {
  const names = tabs.map(({ name }) => name);
  await removeTabs(
    book,
    names.map((name) => name + writing),
  );
  await book.change(
    tabs.map(({ name, header, count }) => ({
      addSheet: {
        properties: {
          title: name + writing,
          gridProperties: { rowCount: count + 1, columnCount: header.length, frozenRowCount: 1 },
        },
      },
    })),
  );
  let before = 0;
  for (const tab of tabs) before += await writeTab(book, tab, (rows) => onWritten(before + rows));
  await switchTabs(book, names);
}

async function removeTabs(book: Spreadsheet, titles: string[]) {
  const { tabs } = await book.describe();
  const found = tabs.filter(({ title }) => titles.includes(title));
  await book.change(found.map(({ id }) => ({ deleteSheet: { sheetId: id } })));
}

/** Returns the number of rows. */
async function writeTab(
  book: Spreadsheet,
  { name, header, rows }: NewTab,
  onWritten: (rows: number) => void,
) {
  let chunk: (readonly string[])[] = [header];
  let length = 0;
  let next = 1;
  const flush = async () => {
    await book.write(
      name + writing,
      next,
      chunk.map((cells) => [...cells]),
    );
    next += chunk.length;
    onWritten(next - 2);
    [chunk, length] = [[], 0];
  };
  for (const cells of rows) {
    chunk.push(cells);
    length += cells.reduce((sum, cell) => sum + cell.length + 3, 0);
    if (length > chunkChars) await flush();
  }
  if (chunk.length > 0) await flush();
  return next - 2;
}

/** One request renames all. When its answer is lost, the tabs tell whether it was applied. */
async function switchTabs(book: Spreadsheet, names: string[]) {
  const { tabs } = await book.describe();
  const find = (title: string) => tabs.find((tab) => tab.title === title);
  const written = names.map((name) => find(name + writing));
  const requests = names.flatMap((name, at) => {
    const [old, outdated] = [find(name), find(name + previous)];
    const rename = (sheetId: number, title: string, hidden: boolean, index?: number) => ({
      updateSheetProperties: {
        properties: { sheetId, title, hidden, ...(index === undefined ? {} : { index }) },
        fields: index === undefined ? 'title,hidden' : 'title,hidden,index',
      },
    });
    return [
      ...(outdated ? [{ deleteSheet: { sheetId: outdated.id } }] : []),
      ...(old ? [rename(old.id, name + previous, true)] : []),
      ...(written[at] ? [rename(written[at].id, name, false, at)] : []),
    ];
  });
  try {
    await book.change(requests);
  } catch (error) {
    const now = await book.describe();
    const isSwitched = names.every((name, at) =>
      now.tabs.some(({ id, title }) => title === name && id === written[at]?.id),
    );
    if (!isSwitched) throw error;
  }
}
