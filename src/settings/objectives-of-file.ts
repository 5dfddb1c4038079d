// The objectives in a file of settings: those that differ from their default.
import { invalidArguments } from '../core/arguments.ts';
import { isObject } from '../core/json.ts';
import { findObjective } from '../objective-store/declared.ts';
import type { KnownObjective, ObjectiveEdit } from '../objective-store/known-objective.ts';
import {
  formatObjectiveValue,
  isSameValue,
  type ObjectiveValue,
  valueNames,
} from '../objective-store/objective.ts';
import { findFaults } from '../objective-store/objective-values.ts';
import type { ImportChange } from './import-plan.ts';

/** `target`: null for the default, which an export never writes. */
type FileObjective = { name: string; target: unknown } & Record<string, unknown>;
type Saved = ObjectiveValue & { name: string };

const prefix = 'objectives.';
/** The key of a change of an objective among those of settings. */
export const objectiveKey = (name: string) => `${prefix}${name}`;
export const isObjectiveChange = ({ key }: Pick<ImportChange, 'key'>) => key.startsWith(prefix);

export const toFileObjectives = (saved: Iterable<Saved>): Saved[] =>
  [...saved]
    .filter(({ name }) => findObjective(name))
    .map(({ name, target, window_days, threshold_ms, is_on }) => {
      return { name, target, window_days, threshold_ms, is_on };
    });

/** Throws `invalid_arguments` for a list that names no objectives, or one of them twice. */
export function readFileObjectives(list: unknown[]): FileObjective[] {
  const seen = new Set<string>();
  return list.map((item) => {
    if (!isObject(item) || typeof item.name !== 'string' || !('target' in item))
      throw refuse('Each item of objectives must be an object with a name, target, window_days and is_on.');
    const { name } = item;
    if (seen.has(name)) throw refuse(`The file has the objective ${JSON.stringify(name)} twice.`);
    seen.add(name);
    return item as FileObjective;
  });
}

/** With null for each objective that was saved since. */
export function addDefaultObjectives(
  list: readonly FileObjective[],
  known: readonly KnownObjective[],
): FileObjective[] {
  const named = new Set(list.map(({ name }) => name));
  const since = known.filter(({ definition, change }) => change !== null && !named.has(definition.name));
  return [...list, ...since.map(({ definition: { name } }) => ({ name, target: null }))];
}

/** A saved objective differs from none, also where it is as the default, because a default may change. */
export function compareObjective(item: FileObjective, all: readonly KnownObjective[]): ImportChange {
  const { name, ...given } = item;
  const known = all.find(({ definition }) => definition.name === name);
  const change = { key: objectiveKey(name), title: `Objective ${name}`, before: known?.value ?? null };
  const after = given.target === null ? null : { threshold_ms: null, ...given };
  if (!known) return { ...change, after, state: 'unknown', why: `There is no objective ${name}.` };
  const why = after && findFault(known, after);
  if (why !== null) return { ...change, after, state: 'refused', why };
  const isDefault = known.change === null;
  const isSame = after === null ? isDefault : !isDefault && isSameValue(known.value, after as ObjectiveValue);
  return { ...change, after, state: isSame ? 'unchanged' : 'changed', why: null };
}

function findFault({ definition }: KnownObjective, after: object): string | null {
  const unknown = Object.keys(after).find((name) => !valueNames.some((one) => one === name));
  if (unknown !== undefined) return `It has an unknown member ${JSON.stringify(unknown.slice(0, 80))}.`;
  const faults = findFaults(definition, after as ObjectiveValue);
  return faults.length === 0 ? null : faults.map(({ message }) => message).join(' ');
}

/** The objectives of changes that can be applied. */
export function wantedObjectives(changes: readonly ImportChange[]): ObjectiveEdit[] {
  const wanted = changes.filter((change) => isObjectiveChange(change) && change.state === 'changed');
  return wanted.map(({ key, after }) => ({
    name: key.slice(prefix.length),
    to: after as ObjectiveValue | null,
  }));
}

/** `default, 99% over 30 days`; as JSON anything that is no value of an objective. */
export function formatFileObjective({ key }: Pick<ImportChange, 'key'>, value: unknown): string {
  const definition = findObjective(key.slice(prefix.length));
  if (value === null) return definition ? `default, ${formatObjectiveValue(definition.default)}` : 'default';
  const isValue = definition && findFaults(definition, value as ObjectiveValue).length === 0;
  return isValue ? formatObjectiveValue(value as ObjectiveValue) : JSON.stringify(value);
}

function refuse(message: string) {
  return invalidArguments([{ field: 'file', message }]);
}
