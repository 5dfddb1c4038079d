// The values of a save beside what its form showed, to find those that somebody else has changed meanwhile.
import type { Edit } from '../core/edit-conflict.ts';
import { shortenHome } from '../core/home.ts';
import type { SettingState } from '../core/settings/in-use.ts';
import type { Setting } from '../core/settings/setting.ts';
import type { Values } from './check-values.ts';
import { formatValue } from './format-value.ts';
import type { SavedChange } from './repository.ts';

/** By key; undefined where the form shows none. */
export type ShownTexts = Readonly<Record<string, string | undefined>>;

/** A value as fields show it: its paths with `~` for the home folder. */
export function fieldText({ kind }: Setting, value: unknown): string {
  if (!kind.complete) return kind.write(value);
  const shorten = (one: unknown) => (typeof one === 'string' ? shortenHome(one) : one);
  return kind.write(Array.isArray(value) ? value.map(shorten) : shorten(value));
}

/** `values` are valid; null is the default. A value that is not saved has no record of its change. */
export function editsOf(
  states: ReadonlyMap<string, SettingState>,
  changes: ReadonlyMap<string, SavedChange>,
  values: Values,
  shown: ShownTexts = {},
): Edit[] {
  return Object.entries(values).flatMap(([field, value]) => {
    const state = states.get(field);
    if (!state || shown[field] === undefined) return [];
    const { setting, source } = state;
    const { title, kind } = setting;
    return {
      field,
      title,
      shown: shown[field],
      stored: fieldText(setting, state.value),
      given: fieldText(setting, value ?? setting.default),
      change: source === 'saved' ? (changes.get(field) ?? null) : null,
      describe: (text) =>
        formatValue(setting, kind.type === 'integer' && text !== '' ? kind.fromField(text) : text),
    };
  });
}
