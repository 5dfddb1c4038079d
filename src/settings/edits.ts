// The values of a save beside what its form showed, to find those that somebody else has changed meanwhile.
import type { Edit } from '../core/edit-conflict.ts';
import type { SettingState } from '../core/settings/in-use.ts';
import type { Values } from './check-values.ts';
import type { SavedChange } from './repository.ts';

/** By key; undefined where the form shows none. */
export type ShownTexts = Readonly<Record<string, string | undefined>>;

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
    const { title, kind, unit } = setting;
    return {
      field,
      title,
      shown: shown[field],
      stored: kind.write(state.value),
      given: kind.write(value ?? setting.default),
      change: source === 'saved' ? (changes.get(field) ?? null) : null,
      describe: (text) => (text === '' ? setting.defaultText : [text, unit].filter(Boolean).join(' ')),
    };
  });
}
