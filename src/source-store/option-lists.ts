// The lists from which arguments choose their values.
import { plural } from '../core/format.ts';
import type { OptionLists } from '../core/operation.ts';
import type { Library } from '../library/repository.ts';
import type { SourceRepository } from './source-repository.ts';

export function createOptionLists(
  sources: Pick<SourceRepository, 'all'>,
  library: Pick<Library, 'categoryNames' | 'entriesByCategory' | 'entriesBySource'>,
): Omit<OptionLists, 'undoable'> {
  return {
    sources: () => sources.all().map(({ name }) => ({ value: name, label: name })),
    categories() {
      const entries = library.entriesByCategory();
      return library
        .categoryNames()
        .map(([code, name]) => ({ value: code, label: labelOf(`${code} · ${name}`, entries[code]) }));
    },
    /** A source that is no longer named is listed as long as entries came from it. */
    origins() {
      const entries = library.entriesBySource();
      const names = new Set([...sources.all().map(({ name }) => name), ...Object.keys(entries)]);
      return [...names].sort().map((name) => ({ value: name, label: labelOf(name, entries[name]) }));
    },
  };
}

function labelOf(name: string, entries = 0): string {
  return `${name} (${plural(entries, 'entry', 'entries')})`;
}
