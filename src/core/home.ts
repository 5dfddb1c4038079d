// Paths as people write them: with `~` for their home folder.
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

/** `~/keys/a.json` becomes `/home/me/keys/a.json`; any other text stays. */
export function expandHome(given: string): string {
  const home = homeFolder();
  return home !== null && given.startsWith('~/') ? path.join(home, given.slice(2)) : given;
}

/** A path as one word of a command: quoted where the shell would split or change it, except for its `~`. */
export function shellWord(shown: string): string {
  if (/^[\w@%+=:,./~-]+$/.test(shown)) return shown;
  const [start, rest] = shown.startsWith('~/') ? ['~/', shown.slice(2)] : ['', shown];
  return `${start}'${rest.replaceAll("'", `'\\''`)}'`;
}
