// The limits of operations: `limits.<operation>.soft_sec`, `hard_sec` and `retries`. Each operation of the catalogue has them;
// saved values take precedence over those of its definition.
import { integer, integerKind } from './kinds.ts';
import type { Setting } from './setting.ts';

/** Saved limits of one operation. */
export type SavedLimits = { soft_sec?: number; hard_sec?: number; retries?: number };
export type LimitName = keyof SavedLimits;

export type Limits = {
  softMs: number;
  hardMs: number;
  retries: RetryPolicy;
  /** The place where the hard limit is set. */
  hardFrom: string;
};

/** The definition of an operation, as far as it has limits. */
type Limited = {
  name: string;
  title: string;
  softLimitMs?: number;
  hardLimitMs: number | null;
  retries: RetryPolicy;
};
type RetryPolicy = { maxAttempts: number; delayMs: number; backoff: number };
type LimitConfig = {
  timeoutMs: number;
  timeoutFrom: string;
  limits: Readonly<Record<string, SavedLimits>>;
};

const words = {
  soft_sec: {
    title: 'Warning after',
    text: 'A run that takes longer gets a warning and continues.',
    min: 1,
    max: 604_800,
    unit: 's',
  },
  hard_sec: {
    title: 'Stopped after',
    text: 'A run that takes longer is stopped.',
    min: 1,
    max: 604_800,
    unit: 's',
  },
  retries: {
    title: 'Further attempts',
    text: 'After a failure that may pass by itself.',
    min: 0,
    max: 20,
    unit: 'attempts',
  },
} as const;

export const limitTitle = (name: LimitName) => words[name].title;

const limitNames = Object.keys(words) as LimitName[];

export const limitKey = (operation: string, name: LimitName) => `limits.${operation}.${name}`;

/** Null for a key of another setting. */
export function readLimitKey(key: string): { operation: string; name: LimitName } | null {
  const [, operation, name] = /^limits\.([a-z0-9_-]+)\.([a-z_]+)$/.exec(key) ?? [];
  const known = limitNames.find((one) => one === name);
  return operation && known ? { operation, name: known } : null;
}

/** The limits that the next attempt of an operation has. */
export function limitsOf(operation: Limited, config: LimitConfig): Limits {
  const saved = config.limits[operation.name] ?? {};
  const hardMs =
    saved.hard_sec === undefined ? (operation.hardLimitMs ?? config.timeoutMs) : saved.hard_sec * 1000;
  const softMs = saved.soft_sec === undefined ? (operation.softLimitMs ?? hardMs / 2) : saved.soft_sec * 1000;
  return {
    softMs,
    hardMs,
    retries: retriesOf(operation, saved),
    hardFrom: whereFrom(operation, saved, config),
  };
}

/** An operation that is defined without retries has no delay either. */
function retriesOf({ retries }: Limited, saved: SavedLimits): RetryPolicy {
  if (saved.retries === undefined) return retries;
  const policy = retries.maxAttempts > 1 ? retries : { delayMs: 5000, backoff: 2 };
  return { ...policy, maxAttempts: saved.retries + 1 };
}

function whereFrom({ name, title, hardLimitMs }: Limited, saved: SavedLimits, config: LimitConfig): string {
  if (saved.hard_sec !== undefined) return `Limits of ${title} in Settings`;
  return hardLimitMs === null ? config.timeoutFrom : `timeout_sec of ${name} in operations.yaml`;
}

/** The settings of one operation; their defaults are those of its definition, and a warning comes by default when half of the
 *  time has passed. */
export function limitSettings(operation: Limited, config: LimitConfig): Setting[] {
  const { name } = operation;
  const preset = limitsOf(operation, { ...config, limits: {} });
  const { soft_sec: _, ...others } = config.limits[name] ?? {};
  const { softMs } = limitsOf(operation, { ...config, limits: { [name]: others } });
  const defaults = {
    soft_sec: Math.round(softMs / 1000),
    hard_sec: preset.hardMs / 1000,
    retries: preset.retries.maxAttempts - 1,
  };
  return limitNames.map((limit) => {
    const { title, ...rest } = words[limit];
    return integer({
      ...rest,
      key: limitKey(name, limit),
      variable: null,
      group: 'limits',
      title: `${operation.title}: ${title.charAt(0).toLowerCase()}${title.slice(1)}`,
      default: defaults[limit],
    });
  });
}

/** Finds what is wrong with a saved limit, whichever operation has it. */
export function findLimitFault(name: LimitName, value: unknown): string | null {
  const { min, max } = words[name];
  return integerKind(min, max).findFault(value);
}
