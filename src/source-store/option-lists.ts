// The lists from which arguments choose their values.
import type { OptionLists } from '../core/operation.ts';
import type { Library } from '../library/repository.ts';
import type { SourceRepository } from './source-repository.ts';

export function createOptionLists(
  sources: Pick<SourceRepository, 'all'>,
  { categoryNames }: Pick<Library, 'categoryNames'>,
): OptionLists {
  return {
    sources: () => sources.all().map(({ name }) => ({ value: name, label: name })),
    categories: () => categoryNames().map(([code, name]) => ({ value: code, label: `${code} · ${name}` })),
  };
}
