// Measures this process between two readings: memory, CPU time, and how late its event loop is.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Readings } from './metrics.ts';

/** A loop that is never late shows this value. A shorter time would wake an idle server more often. */
const measureEveryMs = 50;

export function createProcessMeter() {
  const delay = monitorEventLoopDelay({ resolution: measureEveryMs });
  let last = { cpu: process.cpuUsage(), at: performance.now() };

  return {
    start: () => delay.enable(),
    stop: () => delay.disable(),

    /** Measures since the previous reading. */
    read(): Partial<Readings> {
      const elapsedMs = performance.now() - last.at;
      const { user, system } = process.cpuUsage(last.cpu);
      last = { cpu: process.cpuUsage(), at: performance.now() };
      const hasLag = delay.max > 0;
      const lag = (nanoseconds: number) =>
        hasLag ? round(Math.max(0, nanoseconds / 1e6 - measureEveryMs)) : null;
      const readings = {
        rss_bytes: process.memoryUsage.rss(),
        cpu_percent: round((user + system) / 10 / Math.max(1, elapsedMs)),
        loop_lag_p50_ms: lag(delay.percentile(50)),
        loop_lag_p99_ms: lag(delay.percentile(99)),
        loop_lag_max_ms: lag(delay.max),
      };
      delay.reset();
      return readings;
    },
  };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
