// An objective: the share of good events that this console promises over a window of days. Its target, window and threshold can
// be changed here, its name and its meaning cannot.
import { formatNumber } from '../core/format.ts';

/** The thing that is counted, in the plural: it is the unit of the allowance, too. */
export const objectiveUnits = ['minutes', 'requests', 'searches', 'jobs'] as const;
export type ObjectiveUnit = (typeof objectiveUnits)[number];

/** `target`: a share from 0.5 to below 1. `threshold_ms`: null for an objective without one. */
export type ObjectiveValue = {
  target: number;
  window_days: number;
  threshold_ms: number | null;
  is_on: boolean;
};

export type ObjectiveDefinition = {
  name: string;
  unit: ObjectiveUnit;
  /** `threshold`: such as `200 ms`. */
  describe(threshold: string): string;
  default: ObjectiveValue;
};

export const describeObjective = (definition: ObjectiveDefinition, { threshold_ms }: ObjectiveValue) =>
  definition.describe(`${formatNumber(threshold_ms ?? 0)} ms`);

export const hasThreshold = (definition: ObjectiveDefinition) => definition.default.threshold_ms !== null;

/** `99.5%` */
export const formatTarget = (target: number): string => `${percentOf(target)}%`;

/** `99.5`, as a form shows it. */
export const percentOf = (target: number): string => String(Number((target * 100).toFixed(6)));

/** `99.5% over 30 days, within 200 ms`, `99.5% over 30 days, off` */
export function formatObjectiveValue({ target, window_days, threshold_ms, is_on }: ObjectiveValue): string {
  const within = threshold_ms === null ? '' : `, within ${formatNumber(threshold_ms)} ms`;
  return `${formatTarget(target)} over ${window_days} days${within}${is_on ? '' : ', off'}`;
}

export function isSameValue(one: ObjectiveValue, other: ObjectiveValue): boolean {
  return valueNames.every((name) => one[name] === other[name]);
}

export const valueNames = ['target', 'window_days', 'threshold_ms', 'is_on'] as const;
