// The only list of flags. A flag without a row in ops.db has its default.
import type { FlagDefinition } from './flag.ts';

export const declaredFlags = [
  {
    key: 'live-updates',
    scope: 'ui',
    unit: 'browser',
    owner: 'web',
    text: 'Pages update by themselves. Off: they ask every 10 s.',
    default: { is_on: true, percent: 100 },
  },
  {
    key: 'traces',
    scope: 'api',
    unit: 'request',
    owner: 'traces',
    text: 'The share of requests that is traced in full.',
    default: { is_on: true, percent: 5 },
  },
  {
    key: 'auto-incidents',
    scope: 'api',
    unit: 'check',
    owner: 'status',
    text: 'An error that lasts 5 minutes opens an incident, unless it is muted. Off: people open them.',
    default: { is_on: true, percent: 100 },
  },
  {
    key: 'auto-repair',
    scope: 'api',
    unit: 'job',
    owner: 'index',
    text: 'A finished import starts Repair index.',
    default: { is_on: false, percent: 100 },
  },
  {
    key: 'vector-recheck',
    scope: 'worker',
    unit: 'entry',
    owner: 'workers',
    text: 'Idle workers embed an entry again and compare: finds a model that changed behind its name.',
    default: { is_on: false, percent: 1 },
  },
] as const satisfies readonly FlagDefinition[];

/** The flags that code may read: one that is misspelt would be off for ever. */
export type FlagKey = (typeof declaredFlags)[number]['key'];

export function findFlag(key: string): FlagDefinition | null {
  return declaredFlags.find((flag) => flag.key === key) ?? null;
}
