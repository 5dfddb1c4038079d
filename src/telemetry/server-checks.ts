// Checks of this process: the delay of its event loop, and whether it still takes samples.
import type { Check } from '../core/check.ts';
import { formatDuration } from '../core/format.ts';
import type { TelemetryContext } from './parts.ts';

type Sources = Pick<TelemetryContext, 'config' | 'telemetry' | 'now'>;

const lagForSec = 300;

export const eventLoopHead = { id: 'event-loop', component: 'server', title: 'Event loop' };

/** Each sample of the last five minutes is above the threshold. */
export function lagCheck({ config, telemetry, now }: Sources): Check {
  return {
    ...eventLoopHead,
    everySec: 60,
    opensAt: 'second',
    look() {
      const since = new Date(now().getTime() - lagForSec * 1000);
      const { points, stepSec } = telemetry.series('loop_lag_p99_ms', since);
      const last = points.at(-1)?.value ?? 0;
      const says = `p99 ${Math.round(last)} ms late`;
      const expected = Math.floor(lagForSec / stepSec);
      const isLate = points.every(({ value }) => value > config.checks.loopLagMs);
      if (points.length < Math.max(1, expected - 1) || !isLate) return { says, found: [] };
      return {
        says,
        found: [
          {
            subject: 'lag',
            severity: 'warning',
            title: 'The server answers late',
            text: `For ${formatDuration(lagForSec)}, one in a hundred steps of the server has waited longer than ${config.checks.loopLagMs} ms. The machine may be overloaded: look at the CPU and memory of this process and of others.`,
            stops: [],
          },
        ],
      };
    },
  };
}

export const samplerHead = { id: 'sampler', component: 'server', title: 'Telemetry samples' };

/** A sample of the run before says nothing about this one. */
export function samplerCheck({
  config,
  telemetry,
  now,
  steadyNow,
}: Sources & { steadyNow: () => number }): Check {
  const startedMs = steadyNow();
  return {
    ...samplerHead,
    everySec: 10,
    opensAt: 'second',
    look() {
      const { telemetryIntervalMs, checks } = config;
      const at = telemetry.latest()?.at ?? 0;
      const ageMs = Math.min(now().getTime() - at * 1000, steadyNow() - startedMs);
      if (ageMs <= checks.samplerLateIntervals * telemetryIntervalMs)
        return { says: `One every ${formatDuration(telemetryIntervalMs / 1000)}`, found: [] };
      return {
        says: 'Late',
        found: [
          {
            subject: 'late',
            severity: 'warning',
            title: 'Charts and figures are not updated',
            text: 'No telemetry sample was taken for several intervals. The log of the server says why; restart the server if it does not end.',
            stops: ['charts'],
          },
        ],
      };
    },
  };
}
