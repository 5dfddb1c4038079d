// Good events of all events of an objective in a minute or an hour.
import type { ObjectiveName } from '../objective-store/declared.ts';

export type Tally = { good: number; total: number };
/** `at`: the start of the minute, in seconds since 1970. */
export type MinuteTally = Tally & { name: ObjectiveName; at: number };
/** Seconds. */
export type Span = 60 | 3600;
export type StoredTally = Tally & { name: string; span: Span; at: number };

export const minuteSec = 60;
export const hourSec = 3600;
export const daySec = 86_400;
/** The objectives that count minutes: a minute is counted once. */
export const minuteNames: ReadonlySet<string> = new Set<ObjectiveName>(['up', 'fresh']);

export const minuteOf = (time: Date): number => floorTo(time.getTime() / 1000, minuteSec);
export const floorTo = (seconds: number, unit: number): number => Math.floor(seconds / unit) * unit;
