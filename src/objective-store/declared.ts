// The only list of objectives. An objective without a row in ops.db has its default.
import type { ObjectiveDefinition } from './objective.ts';

const common = { window_days: 30, threshold_ms: null, is_on: true };

export const declaredObjectives = [
  {
    name: 'up',
    unit: 'minutes',
    describe: () => 'The server runs when it is meant to',
    default: { ...common, target: 0.995 },
  },
  {
    name: 'answers',
    unit: 'requests',
    describe: () => 'Requests without an error of the server',
    default: { ...common, target: 0.995 },
  },
  {
    name: 'fast',
    unit: 'requests',
    describe: (threshold) => `Pages and data answered within ${threshold}`,
    default: { ...common, target: 0.99, threshold_ms: 200 },
  },
  {
    name: 'search',
    unit: 'searches',
    describe: (threshold) => `Searches within ${threshold}, without error`,
    default: { ...common, target: 0.99, threshold_ms: 300 },
  },
  {
    name: 'jobs',
    unit: 'jobs',
    describe: () => 'Jobs that did not fail by themselves',
    default: { ...common, target: 0.98 },
  },
  {
    name: 'fresh',
    unit: 'minutes',
    describe: () => 'At least 99% of entries are fresh in the index',
    default: { ...common, target: 0.95 },
  },
] as const satisfies readonly ObjectiveDefinition[];

export type ObjectiveName = (typeof declaredObjectives)[number]['name'];

export function findObjective(name: string): (ObjectiveDefinition & { name: ObjectiveName }) | null {
  return declaredObjectives.find((one) => one.name === name) ?? null;
}
