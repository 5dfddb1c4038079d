// The thresholds of checks.
export const checkLimits = {
  /** The 99th percentile of the event loop's lag, for `lagForSec`. */
  lagMs: 200,
  lagForSec: 300,
  /** A sample is late after so many intervals. */
  lateSamples: 3,
  /** Runs of the server that ended without a stop, within an hour. */
  lostStarts: 3,
  walBytes: 256 * 1024 * 1024,
  freePagesPercent: 25,
  /** Less unused space is not worth a word. */
  freePagesBytes: 8 * 1024 * 1024,
  /** At the rate of the last days, the disk is full within so many days. */
  diskFullDays: 7,
  /** The oldest waiting entry, while workers are idle. */
  pendingMs: 3_600_000,
  /** How far the clock may be off the steady one. */
  clockJumpMs: 300_000,
};
