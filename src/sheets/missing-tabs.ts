// Describes the tabs that a sheet's folder lacks, and the files that are probably meant: Google and browsers name a download
// `Library - Experiences.csv` or `experiences (1).csv`.
import { formatList } from '../core/format.ts';
import { cut } from '../library/rules.ts';
import { isDesktopFile } from '../core/desktop-files.ts';
import { showHidden } from './hidden.ts';
import { nearest } from './nearest.ts';
import { type SheetProblem, rowProblem } from './problems.ts';
import { type Tab, tabFiles } from './tabs.ts';

const textFile = /\.(csv|tsv|tab|txt)$/i;
const workbook = /\.(xlsx?|xlsm|xlsb|ods|fods|numbers|gsheet)$/i;

/** One problem for all of them. `names`: the files of the folder. */
export function describeMissing(missing: Tab[], names: string[]): SheetProblem[] {
  const [first] = missing;
  if (!first) return [];
  const visible = names.filter((name) => !name.startsWith('.') && !isDesktopFile(name)).sort();
  const files = formatList(missing.map(({ file }) => file));
  const found =
    visible.length === 0 ? 'The folder is empty.' : `Found: ${showHidden(cut(visible.join(', '), 200))}.`;
  const others = visible.filter((name) => !tabFiles.includes(name));
  const message = `${files} ${missing.length === 1 ? 'is' : 'are'} missing. ${found} ${advise(missing, others)}`;
  return [{ code: 'missing_tab', problem: rowProblem(first.name, null, null, null, message) }];
}

function advise(missing: Tab[], others: string[]): string {
  const sheets = others.filter((name) => workbook.test(name));
  const renames: string[] = [];
  const absent: Tab[] = [];
  for (const tab of missing) {
    const meant = others.filter((name) => !workbook.test(name) && isMeant(tab, name));
    if (meant.length === 0) absent.push(tab);
    else renames.push(`${eitherOf(meant)} to “${tab.file}”`);
  }
  const sentences = renames.length > 0 ? [`Rename ${formatList(renames)}.`] : [];
  if (absent.length === 0) return sentences.join(' ');
  if (sheets.length > 0) {
    sentences.push(
      `Save the sheets of ${eitherOf(sheets)} as CSV in UTF-8: ${formatList(fileNames(absent))}.`,
    );
  } else {
    sentences.push(
      ...absent.map((tab) => `Add ${addition(tab, missing)} header is ${tab.headers.join(',')}.`),
    );
  }
  return sentences.join(' ');
}

function isMeant({ file }: Tab, name: string): boolean {
  const stem = file.replace(textFile, '');
  const words = name.replace(textFile, '').split(/[^\p{L}]+/u);
  return words.some((word) => nearest(word, [stem]) !== null);
}

function eitherOf(names: string[]): string {
  const shown = names.slice(0, 5).map((name) => `“${showHidden(name)}”`);
  return shown.length === 1 ? `${shown[0]}` : `one of ${formatList(shown)}`;
}

const fileNames = (absent: Tab[]) => absent.map(({ file }) => file);

/** The only one has just been named. */
function addition({ file }: Tab, missing: Tab[]): string {
  return missing.length === 1 ? 'it; its' : `${file}; its`;
}
