// Reads a sheet that is a ZIP of CSV files, in one folder or in none, under the names of their tabs or as programs name them.
import { decodeName, type EntryName, splitEntryName } from '../zip/entry-name.ts';
import type { ZipEntry } from '../zip/directory.ts';
import type { ZipRules } from '../zip/rules.ts';
import { bytesInMemory } from '../csv/csv-bytes.ts';
import { readCsvTab } from './csv-tab.ts';
import { describeMissing } from './missing-tabs.ts';
import { tabs } from './tabs.ts';
import { readZipFile } from './sheet-zip.ts';
import { assignFiles } from './tab-files.ts';
import { gatherTabs, type SheetContent } from './tab-readings.ts';

const mebibyte = 1024 * 1024;

const rules: ZipRules = {
  noun: 'ZIP of CSV files',
  readName: readTextName,
  hasOneFolder: true,
  extraFields: new Map(),
  otherFiles: [],
  // Three files; a desktop may add a file to each, and folders.
  maxEntries: 64,
  maxDirectoryBytes: 64 * 1024,
  maxInflatedBytes: 256 * mebibyte,
  // Empty rows, as spreadsheet programs write them, compress well.
  maxRatio: 500,
};

/** Names are one without regard to case and Unicode form. */
function readTextName(text: string): EntryName | null {
  const entry = splitEntryName(text);
  if (entry === null || entry.name === null) return entry;
  const isCsv = /^[^.\p{Cf}][^\p{Cf}]*\.(csv|tsv|tab|txt)$/iu.test(entry.name);
  return isCsv ? { ...entry, name: entry.name.normalize().toLowerCase() } : null;
}

/** `onRead` receives the rows read so far. */
export async function readZipSheet(file: string, onRead: (rows: number) => void): Promise<SheetContent> {
  return readZipFile(file, rules, async ({ entries, readEntry, hash }) => {
    const named = new Map(
      entries.flatMap((entry) => (entry.name === null ? [] : [[fileNameOf(entry), entry]])),
    );
    const names = [...named.keys()].sort();
    const { files, missing, problems, warnings } = assignFiles(names, 'any');
    const readings = gatherTabs(onRead);
    for (const [tab, name] of files) {
      const bytes = await readEntry(named.get(name) as ZipEntry);
      readings.add(tab, name, readCsvTab(tab, bytesInMemory(bytes), name));
    }
    return {
      contents: readings.contents,
      problems: [
        ...readings.problems,
        ...problems,
        ...describeMissing(tabs, missing, names, [], 'ZIP'),
        ...readings.foreignTabs(),
      ],
      warnings,
      hashes: [hash],
    };
  });
}

function fileNameOf({ rawName }: ZipEntry): string {
  return splitEntryName(decodeName(rawName))?.name ?? '';
}
