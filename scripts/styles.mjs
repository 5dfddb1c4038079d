// Joins the style sheets of public/css into the file that browsers fetch.
import fs from 'node:fs';
import path from 'node:path';

/** `from` imports every style sheet in its folder, in cascade order. Writes `to` only when it changes. */
export function joinStyles(from, to) {
  const names = new Set([path.basename(from)]);
  const list = strip(fs.readFileSync(from, 'utf8'));
  const joined = list.replace(/@import "([^"]+)" layer\((\w+)\);/g, (_, name, layer) => {
    names.add(name);
    const style = strip(fs.readFileSync(path.join(path.dirname(from), name), 'utf8'));
    return `@layer ${layer}{${style}}`;
  });
  const missing = fs.readdirSync(path.dirname(from)).filter((name) => !names.has(name));
  if (missing.length > 0) throw new Error(`${from} does not import ${missing.join(' and ')}.`);
  if (fs.existsSync(to) && fs.readFileSync(to, 'utf8') === joined) return;
  fs.writeFileSync(to, joined);
}

/** Removes comments and indentation. A line break becomes a space only between words. */
function strip(style) {
  return style
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .trim()
    .replace(/([{};,]?)\s*\n\s*/g, (_, end) => end || ' ')
    .replace(/ \{/g, '{');
}
