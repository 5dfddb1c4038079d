// Recognises a CSV file by whose first line its cells cannot be found, such as one with another delimiter.
import { delimiters } from './csv.ts';
import type { Foreign } from './file-format.ts';
import type { Tab } from './tabs.ts';

const save = 'Save with commas, semicolons or tabs between the cells.';

/** `line`: the first one, without a byte order mark. Null when its cells can be found. */
export function recogniseFirstLine(line: string, { headers }: Tab): Foreign | null {
  const setting = /^"?sep=(.?)"?[,;\t]*$/i.exec(line);
  if (setting) {
    const advice = 'Delete that line; the delimiter is found without it.';
    return { kind: `introduced by a line “sep=${setting[1]}”, which is no header`, advice };
  }
  const words = line.toLowerCase().split(/[^\p{L}\p{N}_]+/u);
  if (words.filter((word) => headers.includes(word)).length < 2) return null;
  const between = /[\p{L}\p{N}_]+([^\p{L}\p{N}_]+)/u.exec(line)?.[1] ?? '';
  if (between.includes("'")) return { kind: 'quoted with single quotes', advice: 'Use double quotes.' };
  if (delimiters.some((delimiter) => between.includes(delimiter)))
    return { kind: 'quoted row by row', advice: 'Remove the quotes around each row.' };
  const found = between.replaceAll('"', '').trim();
  return { kind: `separated by ${found === '' ? 'spaces' : `“${found}”`}`, advice: save };
}
