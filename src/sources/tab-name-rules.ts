// The names that the tabs of a sheet can have: those of files in a folder, or those of tabs in a workbook or spreadsheet.
import type { SourceKind, TabNames } from '../core/sheet-source.ts';
import { maxTabNameLength, reservedEndings } from '../google/tab-titles.ts';
import { lettersOf } from '../sheets/header.ts';
import { type Tab, tabs } from '../sheets/tabs.ts';

export type GivenTabs = Partial<Record<keyof TabNames, string | null>>;

/** Names are compared by letters and digits alone, as they are when a sheet is read. Returns null for the usual names. */
export function readTabNames(
  kind: SourceKind,
  given: GivenTabs,
  report: (field: string, message: string) => void,
): TabNames | null {
  const named = tabs.map((tab): [Tab, string] => [tab, given[tab.kind]?.trim() || usualName(kind, tab)]);
  for (const [tab, name] of named) {
    const same = named.find(
      ([other, otherName]) => other !== tab && lettersOf(otherName) === lettersOf(name),
    );
    const message = findNameProblem(kind, name) ?? (same && `has the same name as ${same[0].name}`);
    if (message) report(`tabs.${tab.kind}`, `${tab.name}: ${message}.`);
  }
  if (named.every(([tab, name]) => name === usualName(kind, tab))) return null;
  return Object.fromEntries(named.map(([{ kind: of }, name]) => [of, name])) as TabNames;
}

export function usualName(kind: SourceKind, { name, file }: Tab): string {
  return kind === 'folder' ? file.replace(/\.csv$/, '') : name;
}

const maxLengths: Record<SourceKind, number> = { folder: 100, xlsx: 31, google: maxTabNameLength };

function findNameProblem(kind: SourceKind, name: string): string | null {
  const max = maxLengths[kind];
  if (name.length > max) return `must have at most ${max} characters`;
  if (lettersOf(name) === '') return 'needs a letter or digit';
  if (/\p{C}/u.test(name)) return 'must not have invisible characters';
  if (kind === 'google' && isReserved(name))
    return `must not end in ${reservedEndings.join(' or ')}, which exports use`;
  if (kind !== 'folder') {
    const isWrong = kind === 'xlsx' && (/[[\]:*?/\\]/.test(name) || /^'|'$/.test(name));
    return isWrong ? "must not have any of [ ] : * ? / \\, or ' at an end" : null;
  }
  if (/[/\\]/.test(name) || name.startsWith('.')) return 'must be the name of a file, without a folder';
  return /\.csv$/i.test(name) ? 'is given without the ending .csv' : null;
}

function isReserved(name: string): boolean {
  return reservedEndings.some((ending) => lettersOf(name).endsWith(lettersOf(ending)));
}
