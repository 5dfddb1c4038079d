// Describes the tabs that a sheet's folder or ZIP lacks, and the files that are probably meant: Google and browsers name a download
// `Library - Experiences.csv` or `experiences (1).csv`.
import { formatList } from '../core/format.ts';
import { cut } from '../library/rules.ts';
import { isDesktopFile } from '../zip/desktop-files.ts';
import { showHidden } from './hidden.ts';
import { nearest } from './nearest.ts';
import { type SheetProblem, rowProblem } from './problems.ts';
import { type Tab, tabOf } from './tabs.ts';

const textFile = /\.(csv|tsv|tab|txt)$/i;
const workbook = /\.(xlsx?|xlsm|xlsb|ods|fods|numbers|gsheet)$/i;
const archive = /\.(zip|gz|tgz|tar|bz2|xz|zst|7z|rar)$/i;
const unfinished = /\.(crdownload|part|partial|download|opdownload)$/i;

/** One problem for all of them. `tabs`: as the folder names them; `names`: the files of the folder or ZIP; `folders`: those
 *  of its folders that hold tabs. */
export function describeMissing(
  tabs: readonly Tab[],
  missing: Tab[],
  names: string[],
  folders: string[],
  container = 'folder',
): SheetProblem[] {
  const [first] = missing;
  if (!first) return [];
  const visible = names.filter((name) => !name.startsWith('.') && !isDesktopFile(name)).sort();
  const files = formatList(missing.map(({ file }) => file));
  const found =
    visible.length === 0
      ? `The ${container} is empty.`
      : `Found: ${showHidden(cut(visible.join(', '), 200))}.`;
  const others = visible.filter((name) => !tabs.some(({ file }) => file === name));
  const message = `${files} ${missing.length === 1 ? 'is' : 'are'} missing. ${found} ${advise(missing, others, folders)}`;
  return [{ code: 'missing_tab', problem: rowProblem(first.name, null, null, null, message) }];
}

function advise(missing: Tab[], others: string[], folders: string[]): string {
  const renames: string[] = [];
  const absent: Tab[] = [];
  for (const tab of missing) {
    const meant = others.filter(
      (name) => isText(name) && (isMeant(tab, name) || isMeant(tabOf(tab.kind), name)),
    );
    if (meant.length === 0) absent.push(tab);
    else renames.push(`${eitherOf(meant)} to “${tab.file}”`);
  }
  const sentences = renames.length > 0 ? [`Rename ${formatList(renames)}.`] : [];
  if (absent.length > 0) sentences.push(adviseOnAbsent(absent, missing, others, folders));
  return sentences.join(' ');
}

/** No file is named like these tabs; another may hold them. */
function adviseOnAbsent(absent: Tab[], missing: Tab[], others: string[], folders: string[]): string {
  const found = (ending: RegExp) => others.filter((name) => ending.test(name));
  const [loading, packed, sheets] = [found(unfinished), found(archive), found(workbook)];
  if (folders.length > 0)
    return `The folder ${eitherOf(folders)} has such files: import that one, or move them up.`;
  if (loading.length > 0) return `Wait for the download of ${listFiles(loading)}, or repeat it.`;
  if (packed.length > 0) return `Unpack ${listFiles(packed)} first.`;
  if (sheets.length > 0)
    return `Save the sheets of ${eitherOf(sheets)} as CSV in UTF-8: ${formatList(absent.map(({ file }) => file))}.`;
  return absent.map((tab) => `Add ${addition(tab, missing)} header is ${tab.headers.join(',')}.`).join(' ');
}

/** Whether the name is that of a CSV file, as far as it says. */
export function isText(name: string): boolean {
  return ![workbook, archive, unfinished].some((ending) => ending.test(name));
}

export function isMeant({ file }: Tab, name: string): boolean {
  const stem = file.replace(textFile, '');
  const words = name
    .normalize()
    .replace(textFile, '')
    .split(/[^\p{L}]+/u);
  return words.some((word) => nearest(word, [stem]) !== null);
}

function eitherOf(names: string[]): string {
  return names.length === 1 ? listFiles(names) : `one of ${listFiles(names)}`;
}

/** The first five. */
export function listFiles(names: string[]): string {
  return formatList(names.slice(0, 5).map((name) => `“${showHidden(name)}”`));
}

/** The only one has just been named. */
function addition({ file }: Tab, missing: Tab[]): string {
  return missing.length === 1 ? 'it; its' : `${file}; its`;
}
