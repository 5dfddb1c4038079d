// Charts of a job's memory and CPU over its last attempt, and its phases as parts of one bar.
import { formatBytes, formatDuration } from '../../core/format.ts';
import { type Chart, curveChart, proportions } from '../../web/chart.ts';
import { secondsBetween } from '../job-view.ts';
import type { Job } from '../job.ts';
import type { JobSample } from '../repository-reports.ts';

type Usage = { title: string; chart: Chart };

/** None without two samples. */
export function viewUsage(samples: JobSample[]): Usage[] {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last || first === last) return [];
  const took = formatDuration((last.at_ms - first.at_ms) / 1000);
  const steps = ['Start', `After ${took}`];
  const draw = (title: string, values: number[], format: (value: number) => string): Usage[] => {
    const [highest, newest] = [Math.max(...values), values.at(-1) ?? 0];
    const label = `${title} over ${took}: at most ${format(highest)}, at the end ${format(newest)}.`;
    const chart = curveChart(values, 'run', { label, steps, format, starts: [] });
    return chart ? [{ title: `${title}, at most ${format(highest)}`, chart }] : [];
  };
  return [
    ...draw(
      'Memory',
      samples.map(({ rss_bytes }) => rss_bytes / mebibyte),
      (value) => formatBytes(value * mebibyte),
    ),
    ...draw(
      'CPU',
      samples.map(({ cpu_percent }) => cpu_percent),
      (value) => `${Math.round(value)}%`,
    ),
  ];
}

const mebibyte = 1024 ** 2;

/** The share of each phase that has begun, up to the newest progress; null without a duration. */
export function viewPhaseBar({ progress, finished_at }: Job, names: string[]) {
  const phases = progress?.phases ?? [];
  const end = finished_at ?? progress?.updated_at;
  if (!end || phases.length < 2) return null;
  const seconds = phases.map(({ started_at }, at) =>
    secondsBetween(started_at, phases[at + 1]?.started_at ?? end),
  );
  if (seconds.every((one) => one === 0)) return null;
  const label = seconds.map((one, at) => `${names[at]} ${formatDuration(one)}`).join(', ');
  const parts = proportions(seconds).map((part, at) => ({
    ...part,
    tone: at % 2 === 0 ? 'shade-0' : 'shade-1',
  }));
  return { label: `Time by phase: ${label}.`, parts };
}
