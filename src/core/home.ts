// Paths as people write them: with `~` for their home folder.
import fs from 'node:fs';
import path from 'node:path';
import { homeFolder } from './user.ts';

/** `/home/me/keys/a.json` becomes `~/keys/a.json`; any other path stays. */
export function shortenHome(absolute: string): string {
  const home = homeFolder();
  if (home === null || home === '/') return absolute;
  const inside = path.relative(home, absolute);
  const isInside = inside !== '..' && !inside.startsWith('../') && !path.isAbsolute(inside);
  return isInside ? path.join('~', inside) : absolute;
}

/** Writes `~` for the home folder in each path of a text. */
export function shortenHomes(text: string): string {
  shortener ??= createHomeShortener(homeFolder());
  return shortener(text);
}

let shortener: ((text: string) => string) | null = null;

/** Before and after the folder: nothing that would make it a part of another path. JSON writes a line break as `\n`. */
const before = String.raw`(?<=^|[^\p{L}\p{N}_.~/-]|\\[nrt]|file://)`;
const after = String.raw`(?![\p{L}\p{N}_-]|\.[\p{L}\p{N}_])`;

/** `home`: null or `/` if the user has none. A linked folder is known by both paths. */
export function createHomeShortener(home: string | null): (text: string) => string {
  const folders = [...new Set([home ?? '/', realPathOf(home ?? '/')])]
    .map((folder) => folder.replace(/\/+$/, ''))
    .filter((folder) => folder.startsWith('/'));
  if (folders.length === 0) return (text) => text;
  const any = folders.map((folder) => folder.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
  const pattern = new RegExp(`${before}(?:${any})${after}`, 'gmu');
  return (text) => (folders.some((folder) => text.includes(folder)) ? text.replace(pattern, '~') : text);
}

function realPathOf(folder: string): string {
  try {
    return fs.realpathSync(folder);
  } catch {
    return folder;
  }
}

/** `~/keys/a.json` becomes `/home/me/keys/a.json`, and `~` the folder itself; any other text stays. */
export function expandHome(given: string): string {
  const home = homeFolder();
  return home !== null && /^~(?:\/|$)/.test(given) ? path.join(home, given.slice(2)) : given;
}
