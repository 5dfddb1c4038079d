// The form of the objectives: reads the typed values as edits, and words the notice after a save.
import { formatList, plural } from '../../core/format.ts';
import type { KnownObjective, ObjectiveEdit } from '../../objective-store/known-objective.ts';
import {
  formatObjectiveValue,
  hasThreshold,
  isSameValue,
  type ObjectiveDefinition,
  type ObjectiveValue,
  percentOf,
  valueNames,
} from '../../objective-store/objective.ts';
import { fieldOf } from '../../objective-store/objective-values.ts';
import { wasName } from '../../web/edited-field.ts';
import type { Notice } from '../../web/flash.ts';
import type { Form } from '../../web/validation.ts';

type Texts = Record<(typeof valueNames)[number], string>;

/** A value as the form shows it. */
export const textsOf = ({ target, window_days, threshold_ms, is_on }: ObjectiveValue): Texts => ({
  target: percentOf(target),
  window_days: String(window_days),
  threshold_ms: threshold_ms === null ? '' : String(threshold_ms),
  is_on: String(is_on),
});

/** A box that is not ticked is not sent. */
export function withBoxes(all: readonly KnownObjective[], form: Form): Form {
  const boxes = all.flatMap(({ definition }) => {
    const name = fieldOf(definition.name, 'is_on');
    return form[wasName(name)] === undefined ? [] : [[name, form[name] ?? 'false']];
  });
  return { ...form, ...Object.fromEntries(boxes) };
}

/** Only objectives that differ from the form as shown: others may have been changed meanwhile. The values of the default are
 *  the default. */
export function readEdits(all: readonly KnownObjective[], form: Form): ObjectiveEdit[] {
  return all.flatMap(({ definition, value }) => {
    const { name } = definition;
    const stored = textsOf(value);
    const was = textsFrom((field) => form[wasName(fieldOf(name, field))] ?? stored[field]);
    const given = textsFrom((field) => form[fieldOf(name, field)] ?? was[field]);
    if (valueNames.every((field) => given[field].trim() === was[field])) return [];
    const [shown, wanted] = [readTexts(definition, was), readTexts(definition, given)];
    return [{ name, to: isSameValue(wanted, definition.default) ? null : wanted, shown }];
  });
}

function textsFrom(read: (field: keyof Texts) => string): Texts {
  return Object.fromEntries(valueNames.map((field) => [field, read(field)])) as Texts;
}

/** An unreadable text becomes NaN, which is a fault. */
function readTexts(definition: ObjectiveDefinition, texts: Texts): ObjectiveValue {
  const percent = readNumber(texts.target.replace('%', ''));
  return {
    target: Number((percent / 100).toFixed(8)),
    window_days: readNumber(texts.window_days),
    threshold_ms: hasThreshold(definition) ? readNumber(texts.threshold_ms) : null,
    is_on: texts.is_on === 'true',
  };
}

const readNumber = (typed: string): number =>
  typed.trim() === '' ? Number.NaN : Number(typed.trim().replace(',', '.'));

/** `changed`: their names. */
export function describeSaved(
  before: readonly KnownObjective[],
  after: readonly KnownObjective[],
  changed: readonly string[],
): Notice {
  if (changed.length === 0) return { tone: 'ok', title: 'Nothing was changed.', text: '' };
  const ofChanged = after.filter(({ definition }) => changed.includes(definition.name));
  const valueBefore = new Map(before.map(({ definition, value }) => [definition.name, value]));
  const differs = (is: (old: ObjectiveValue, now: ObjectiveValue) => boolean) =>
    ofChanged.flatMap(({ definition: { name }, value }) => {
      const old = valueBefore.get(name);
      return old && is(old, value) ? [name] : [];
    });
  const thresholds = differs((old, now) => old.threshold_ms !== now.threshold_ms);
  const windows = differs((old, now) => now.window_days > old.window_days);
  const sentences = [
    ...ofChanged.map(({ definition, value }) => `${definition.name}: ${formatObjectiveValue(value)}.`),
    ...(thresholds.length === 0
      ? []
      : [`The new threshold of ${formatList(thresholds)} counts from now on.`]),
    ...(windows.length === 0
      ? []
      : [`The longer window of ${formatList(windows)} has only days that were counted.`]),
  ];
  return { tone: 'ok', title: `${plural(changed.length, 'objective')} saved.`, text: sentences.join(' ') };
}
