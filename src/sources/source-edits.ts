// A named sheet as texts, to compare what a form showed with what is stored and with what is saved.
import type { Edit } from '../core/edit-conflict.ts';
import { shortenHome } from '../core/home.ts';
import { kindTitles, type SheetSource } from '../core/sheet-source.ts';
import type { Change } from '../source-store/source-repository.ts';
import { tabs } from '../sheets/tabs.ts';
import { usualName } from './tab-name-rules.ts';

/** By field: `kind`, `place`, `tabs.category` …; a tab with its usual name is empty. */
export type SourceTexts = Record<string, string>;

export function textsOf({ kind, place, tabs: names }: SheetSource): SourceTexts {
  const named = tabs.map((tab) => {
    const name = names?.[tab.kind] ?? '';
    return [`tabs.${tab.kind}`, name === usualName(kind, tab) ? '' : name];
  });
  return { kind, place: shortenHome(place), ...Object.fromEntries(named) };
}

/** `shown`: the values that the form had when it was opened. */
export function editsOf(
  shown: SourceTexts,
  { stored, given, change }: { stored: SheetSource; given: SheetSource; change: Change },
): Edit[] {
  const [now, next] = [textsOf(stored), textsOf(given)];
  return Object.keys(now).map((field) => ({
    field,
    title: titles[field] ?? field,
    shown: shown[field],
    stored: now[field] ?? '',
    given: next[field] ?? '',
    change,
    describe: (text) => (field === 'kind' ? titleOf(text) : text || 'its usual name'),
  }));
}

const titles: Record<string, string> = {
  kind: 'Kind',
  place: 'Place',
  ...Object.fromEntries(tabs.map(({ kind, name }) => [`tabs.${kind}`, name])),
};

function titleOf(kind: string): string {
  return Object.entries(kindTitles).find(([name]) => name === kind)?.[1] ?? kind;
}
