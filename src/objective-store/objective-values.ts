// Checks values of objectives from people and files: their faults, and changes by somebody else in the meantime.
import type { Edit } from '../core/edit-conflict.ts';
import {
  formatTarget,
  hasThreshold,
  type ObjectiveDefinition,
  type ObjectiveValue,
  valueNames,
} from './objective.ts';
import type { KnownObjective, ObjectiveEdit } from './known-objective.ts';

export const windowDays = { min: 7, max: 90 } as const;
const targets = { min: 0.5, below: 1 } as const;
const maxThresholdMs = 60_000;

type Field = (typeof valueNames)[number];
export type Fault = { field: Field; message: string };

/** All faults of a value; none for one that the objective may have. */
export function findFaults(definition: ObjectiveDefinition, value: ObjectiveValue): Fault[] {
  const { target, window_days, threshold_ms, is_on } = value;
  const faults: Fault[] = [];
  const add = (field: Field, message: string) => faults.push({ field, message });
  if (typeof target !== 'number' || !(target >= targets.min && target < targets.below))
    add('target', 'Target: 50% or more, below 100%.');
  if (!isWhole(window_days, windowDays.min, windowDays.max))
    add('window_days', `Window: ${windowDays.min} to ${windowDays.max} whole days.`);
  if (hasThreshold(definition)) {
    if (!isWhole(threshold_ms, 1, maxThresholdMs))
      add('threshold_ms', 'Within: a whole number of ms from 1 to 60,000.');
  } else if (threshold_ms !== null) add('threshold_ms', `${definition.name} has no threshold.`);
  if (typeof is_on !== 'boolean') add('is_on', 'is_on must be true or false.');
  return faults;
}

function isWhole(value: unknown, min: number, max: number): boolean {
  return Number.isInteger(value) && Number(value) >= min && Number(value) <= max;
}

/** The field of a form, and of a refusal. */
export const fieldOf = (name: string, field: Field) => `${name}.${field}`;

/** Compares nothing for a sender that does not say which values it showed. */
export function editsOf({ to, shown }: ObjectiveEdit, known: KnownObjective): Edit[] {
  if (!shown) return [];
  const { definition, value, change } = known;
  const given = to ?? definition.default;
  return valueNames.map((field) => ({
    field: fieldOf(definition.name, field),
    title: `${definition.name}, ${titles[field]}`,
    shown: String(shown[field]),
    stored: String(value[field]),
    given: String(given[field]),
    change,
    describe: (text) => describeField(field, text),
  }));
}

const titles: Record<Field, string> = {
  target: 'target',
  window_days: 'window',
  threshold_ms: 'threshold',
  is_on: 'switch',
};

function describeField(field: Field, text: string): string {
  switch (field) {
    case 'target':
      return formatTarget(Number(text));
    case 'window_days':
      return `${text} days`;
    case 'threshold_ms':
      return `${text} ms`;
    default:
      return text === 'true' ? 'on' : 'off';
  }
}
