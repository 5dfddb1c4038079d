// Writes the library to a Google spreadsheet, from one state of it, beside the old tabs; then switches them.
import { replaceTabs } from '../google/replace-tabs.ts';
import type { Spreadsheet } from '../google/spreadsheet.ts';
import type { Library } from '../library/repository.ts';
import { hashRows } from '../sheets/hash.ts';
import { countKnown, lettersOf } from '../sheets/header.ts';
import { tabsNamed } from '../sheets/tabs.ts';
import { countLeaving, type GoogleTarget, readAll, type Report, type Written } from './export.ts';
import type { TabRows } from './exported-rows.ts';

/** Its rows carry `at` (ISO 8601 UTC) as their export time. Throws like `exportSheet`, and `temporary`. */
export async function exportToGoogle(
  library: Library,
  book: Spreadsheet,
  { format, tabs: names }: GoogleTarget,
  at: string,
  report: Report,
): Promise<Written> {
  const hashes: string[] = [];
  const exported = await readAll(library, { format, tabs: tabsNamed(names), at }, report, async (tabs) => {
    const { categories, experiences, manuals } = countLeaving(library);
    const counts = { category: categories, experience: experiences, manual: manuals };
    const newTabs = tabs.map(({ tab, rows }) => ({
      name: tab.title,
      columns: tab.headers.length,
      count: counts[tab.kind] + 1,
      rows: hashing(rows, hashes),
      isNamed: (title: string) => lettersOf(title) === lettersOf(tab.title),
      isHeader: (cells: string[]) => countKnown(tab, cells) > 0,
    }));
    await replaceTabs(book, newTabs);
  });
  return { exported, hashes };
}

/** Adds the hash of the rows when all are read. */
function* hashing(rows: TabRows['rows'], hashes: string[]) {
  const hash = hashRows();
  for (const cells of rows) {
    hash.add(cells);
    yield cells;
  }
  hashes.push(hash.digest());
}
