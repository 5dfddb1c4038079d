// Joins the style sheets of public/css into the files that browsers fetch.
import fs from 'node:fs';
import path from 'node:path';

/** A list imports style sheets of the folder `from` in cascade order; it becomes the file of its name in `to`, which is written
 *  only when it changes. Every other style sheet is in one list. */
export function joinStyles(from, to) {
  const sheets = Object.fromEntries(
    fs.readdirSync(from).map((name) => [name, strip(fs.readFileSync(path.join(from, name), 'utf8'))]),
  );
  const missing = new Set(Object.keys(sheets));
  for (const [list, text] of Object.entries(sheets)) {
    if (!text.includes('@import')) continue;
    missing.delete(list);
    const joined = text.replace(/@import "([^"]+)" layer\((\w+)\);/g, (_, name, layer) => {
      if (!missing.delete(name))
        throw new Error(`${list} imports ${name}, which is missing or in two lists.`);
      return `@layer ${layer}{${sheets[name]}}`;
    });
    writeChanged(path.join(to, list), joined);
  }
  if (missing.size > 0) throw new Error(`No list in ${from} imports ${[...missing].join(' and ')}.`);
}

/** Writes a text that the file does not have yet. */
export function writeChanged(file, text) {
  if (fs.existsSync(file) && fs.readFileSync(file, 'utf8') === text) return;
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
}

/** Removes comments and indentation. A line break becomes a space only between words. */
function strip(style) {
  return style
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .trim()
    .replace(/([{};,]?)\s*\n\s*/g, (_, end) => end || ' ')
    .replace(/ \{/g, '{');
}
