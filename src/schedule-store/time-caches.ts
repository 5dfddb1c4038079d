// The words of rules, and the clocks of zones, which are kept for the whole process.
import { createCache, ofText } from '../core/cache.ts';

const now = () => new Date();
const megabyte = 1024 * 1024;

export const cronWords = createCache<string>('cron-words', {
  ...ofText,
  reads: 'viewer',
  about: 'The rules of schedules in words.',
  entries: 1000,
  bytes: megabyte,
  now,
});

export const zoneOffsets = createCache<number>('zone-offsets', {
  reads: 'viewer',
  about: 'How far the clock of a zone is ahead of UTC, for each quarter of an hour that was asked for.',
  entries: 20_000,
  bytes: 8 * megabyte,
  sizeOf: () => 8,
  show: (ms) => `${ms} ms`,
  now,
});

export const zones = createCache<Intl.DateTimeFormat>('zones', {
  reads: 'viewer',
  about: 'The time zones that were loaded.',
  entries: 1000,
  bytes: 32 * megabyte,
  sizeOf: () => 16_384,
  show: (format) => JSON.stringify(format.resolvedOptions()),
  now,
});
