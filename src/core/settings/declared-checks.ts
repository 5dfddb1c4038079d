// The thresholds of checks.
import { integer, mebibyte, second } from './kinds.ts';
import type { Common } from './setting.ts';

const share = 1 / 100;
const minute = 60 * second;
const hour = 60 * minute;

type Words = {
  title: string;
  text: string;
  min: number;
  max: number;
  default: number;
  unit: string;
  times?: number;
};

/** `name` is written in the key and in the variable. */
function threshold(name: string, words: Words) {
  const common: Pick<Common, 'key' | 'variable' | 'group'> = {
    key: `checks.${name}`,
    variable: `CHL_CHECK_${name.toUpperCase()}`,
    group: 'checks',
  };
  return integer({ ...common, ...words });
}

export const checkSettings = {
  indexBehindMin: threshold('index_behind_min', {
    title: 'Entries missing in the index',
    text: 'Smaller gaps are normal between two rebuilds.',
    min: 1,
    max: 1_000_000,
    default: 10,
    unit: 'entries',
  }),
  indexBehindShare: threshold('index_behind_percent', {
    title: 'Share missing in the index',
    text: 'A finding opens when both this and the number above are reached.',
    min: 1,
    max: 100,
    default: 10,
    unit: '%',
    times: share,
  }),
  oldestPendingMs: threshold('oldest_pending_min', {
    title: 'Oldest waiting entry',
    text: 'A finding opens when workers are idle and an entry waits longer.',
    min: 1,
    max: 100_000,
    default: 60,
    unit: 'min',
    times: minute,
  }),
  sheetUnimportedMs: threshold('sheet_unimported_hours', {
    title: 'Changes of a sheet',
    text: 'A source is stale when a change was not imported for longer.',
    min: 1,
    max: 10_000,
    default: 24,
    unit: 'h',
    times: hour,
  }),
  loopLagMs: threshold('loop_lag_ms', {
    title: 'Delay of the server',
    text: 'The 99th percentile of its event loop over 5 minutes.',
    min: 10,
    max: 60_000,
    default: 200,
    unit: 'ms',
  }),
  samplerLateIntervals: threshold('sampler_late_intervals', {
    title: 'Late telemetry samples',
    text: 'Intervals that may pass without a sample.',
    min: 2,
    max: 100,
    default: 3,
    unit: 'intervals',
  }),
  restartsPerHour: threshold('restarts_per_hour', {
    title: 'Restarts after a crash',
    text: 'So many in one hour open a finding.',
    min: 1,
    max: 100,
    default: 3,
    unit: 'restarts',
  }),
  lowDiskBytes: threshold('low_disk_mb', {
    title: 'Free disk',
    text: 'A finding opens when less is free.',
    min: 16,
    max: 10_000_000,
    default: 512,
    unit: 'MiB',
    times: mebibyte,
  }),
  diskFullDays: threshold('disk_full_days', {
    title: 'Days until the disk is full',
    text: 'At the rate of the last 7 days, or of the growth of the data.',
    min: 1,
    max: 365,
    default: 7,
    unit: 'days',
  }),
  lockedMs: threshold('locked_sec', {
    title: 'Lock of a database',
    text: 'Jobs wait for 60 s while another program keeps a database locked, then fail.',
    min: 1,
    max: 86_400,
    default: 60,
    unit: 's',
    times: second,
  }),
  walBytes: threshold('wal_mb', {
    title: 'Write-ahead log of a database',
    text: 'A larger one slows down reads.',
    min: 16,
    max: 100_000,
    default: 256,
    unit: 'MiB',
    times: mebibyte,
  }),
  databaseUncheckedDays: threshold('database_unchecked_days', {
    title: 'Days since the check of a database',
    text: 'Of chl.db and of ops.db, each by itself.',
    min: 1,
    max: 365,
    default: 8,
    unit: 'days',
  }),
  freePagesShare: threshold('free_pages_percent', {
    title: 'Free pages of a database',
    text: 'Vacuum gives them back to the disk.',
    min: 1,
    max: 99,
    default: 25,
    unit: '%',
    times: share,
  }),
  backupOverdueMs: threshold('backup_overdue_hours', {
    title: 'Overdue backup',
    text: 'A finding opens so long after the due time of its schedule.',
    min: 1,
    max: 1000,
    default: 2,
    unit: 'h',
    times: hour,
  }),
  backupUnprovenMs: threshold('backup_unproven_days', {
    title: 'Days without a proven backup',
    text: 'A finding opens when no test has proven one for longer.',
    min: 1,
    max: 365,
    default: 8,
    unit: 'days',
    times: 24 * hour,
  }),
};
