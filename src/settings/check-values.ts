// Judges values before they are saved: all faults at once, then those that the environment sets.
import type { ArgumentProblem } from '../core/arguments.ts';
import type { Config } from '../core/config.ts';
import { AppError } from '../core/errors.ts';
import type { Operation } from '../core/operation.ts';
import { serviceSettings } from '../core/settings/declared-jobs.ts';
import { assertFit } from '../core/settings/in-use.ts';
import { isLocked } from '../core/settings/locked.ts';
import { plainSettings } from '../core/settings/declared.ts';
import { second } from '../core/settings/kinds.ts';
import { limitKey, limitsOf } from '../core/settings/operation-limits.ts';
import { readLimits, type Saved } from '../core/settings/resolve.ts';
import type { SettingState } from '../core/settings/in-use.ts';

/** Null: back to the default. */
export type Values = Record<string, unknown>;

type Given = {
  config: Config;
  operations: readonly Operation[];
  saved: Saved;
  /** All settings by key, with those of operations. */
  states: ReadonlyMap<string, SettingState>;
};

/** Finds what is wrong with the values, each with its key as `field`; a value that the environment sets is not among them. */
export function findProblems(given: Given, values: Values): ArgumentProblem[] {
  const problems = Object.entries(values).flatMap(([key, value]) => {
    const state = given.states.get(key);
    const message = state
      ? findFault(state, value)
      : `There is no setting ${JSON.stringify(key.slice(0, 80))}.`;
    return message === null ? [] : [{ field: key, message }];
  });
  const faulty = new Set(problems.map(({ field }) => field));
  return [...problems, ...findLimitProblems(given, values, faulty), ...findMisfit(given, values, faulty)];
}

/** A setting among `values` that the environment sets; null without one. */
export function findLocked({ states }: Pick<Given, 'states'>, values: Values): SettingState | null {
  const known = Object.keys(values).flatMap((key) => states.get(key) ?? []);
  return known.find(isLocked) ?? null;
}

export function isEditable(state: SettingState): boolean {
  const { onlyEnvironment, credential } = state.setting;
  return onlyEnvironment === null && credential === null && !isLocked(state);
}

function findFault(state: SettingState, value: unknown): string | null {
  const { setting } = state;
  // The answer for one that the environment sets is another one.
  if (isLocked(state)) return value === null ? null : setting.kind.findFault(value);
  if (setting.onlyEnvironment !== null)
    return `Only ${setting.variable} in the environment can set it. ${setting.onlyEnvironment}`;
  if (setting.credential !== null) return 'Upload or register the file under Settings, Credentials.';
  return value === null ? null : setting.kind.findFault(value);
}

/** The warning of an operation must come before its end, which by default is the time limit of every attempt. */
function findLimitProblems(
  { config, operations, saved }: Given,
  values: Values,
  faulty: ReadonlySet<string>,
): ArgumentProblem[] {
  const { key: timeout, default: preset } = plainSettings.timeoutMs;
  const nextValues = withValues(saved, values);
  const wanted = timeout in values ? Number(values[timeout] ?? preset) * second : config.timeoutMs;
  const next = { ...config, timeoutMs: wanted, limits: readLimits(nextValues) };
  return operations.flatMap((operation) => {
    const soft = limitKey(operation.name, 'soft_sec');
    const keys = [soft, limitKey(operation.name, 'hard_sec'), timeout];
    const field = keys.find((key) => key in values);
    // A default follows from the hard limit.
    if (field === undefined || keys.some((key) => faulty.has(key)) || !nextValues.has(soft)) return [];
    const { softMs, hardMs } = limitsOf(operation, next);
    if (softMs < hardMs) return [];
    const warning = field === soft ? 'The warning' : `The warning of ${operation.title}, ${softMs / 1000} s,`;
    return [{ field, message: `${warning} must come before the end, ${hardMs / 1000} s.` }];
  });
}

const serviceKeys = Object.values(serviceSettings).map(({ key }) => key);

/** The settings of the embedding service must fit together. */
function findMisfit(
  { config, saved }: Given,
  values: Values,
  faulty: ReadonlySet<string>,
): ArgumentProblem[] {
  const keys = Object.keys(values).filter((key) => serviceKeys.includes(key));
  const [key] = keys;
  if (key === undefined || keys.some((one) => faulty.has(one))) return [];
  try {
    assertFit(config, withValues(saved, values));
    return [];
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return [{ field: key, message: error.message }];
  }
}

function withValues(saved: Saved, values: Values): Saved {
  const next = new Map(saved);
  for (const [key, value] of Object.entries(values)) {
    if (value === null) next.delete(key);
    else next.set(key, value);
  }
  return next;
}
