// A flag switches a behaviour for a share of its units. Flag and unit give a number that never changes, so raising the share
// only adds units, and lowering it only takes some away.
import { hash } from 'node:crypto';

export const flagScopes = ['ui', 'api', 'worker'] as const;
export const flagUnits = ['browser', 'request', 'check', 'job', 'entry'] as const;

/** `scope`: the part of the product that reads it. `unit`: the thing that has it on or off, such as a request. */
export type FlagDefinition = {
  key: string;
  scope: (typeof flagScopes)[number];
  unit: (typeof flagUnits)[number];
  /** The part of the code that reads it. */
  owner: string;
  /** A sentence, for people who decide about it. */
  text: string;
  default: FlagState;
};

export type FlagState = { is_on: boolean; percent: number };

/** The stored value: a flag that has its default has none. */
export type FlagValue = FlagState & { note: string | null };

/** A number from 0 to below 100: the first 32 bits of the SHA-256 of flag and unit. */
export function bucketOf(key: string, unit: string): number {
  const digest = hash('sha256', `${key}:${unit}`, 'hex');
  return (Number.parseInt(digest.slice(0, 8), 16) / 2 ** 32) * 100;
}

/** Null for a flag that does not exist, which is off. */
export function isOnFor(key: string, state: FlagState | null, unit: string): boolean {
  if (!state?.is_on || state.percent === 0) return false;
  return state.percent === 100 || bucketOf(key, unit) < state.percent;
}

export type Resolved = { on: boolean; bucket: number; because: string };

/** The answer for a unit, with its reason in words. */
export function resolveFlag(key: string, { is_on, percent }: FlagState, unit: string): Resolved {
  const bucket = bucketOf(key, unit);
  if (!is_on) return { on: false, bucket, because: 'The flag is off.' };
  const on = bucket < percent;
  const number = `Its number is ${formatBucket(bucket)}, ${on ? 'below' : 'not below'} ${percent}%.`;
  return { on, bucket, because: number };
}

/** Two decimals, cut off: a number below a share is never shown as the share. */
const formatBucket = (bucket: number): string => (Math.floor(bucket * 100) / 100).toFixed(2);

/** The share of units that have it on. */
export const shareOf = ({ is_on, percent }: FlagState): number => (is_on ? percent : 0);

/** `on for 20%`, `off` */
export function formatState(state: FlagState): string {
  if (!state.is_on) return 'off';
  return state.percent === 100 ? 'on' : `on for ${state.percent}%`;
}

export const isSameState = (one: FlagState, other: FlagState): boolean =>
  one.is_on === other.is_on && one.percent === other.percent;

export function isSameValue(one: FlagValue | null, other: FlagValue | null): boolean {
  if (one === null || other === null) return one === other;
  return isSameState(one, other) && one.note === other.note;
}
