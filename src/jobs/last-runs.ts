// The last runs of an operation as bars, for `shared/runs`: the newest at the right, height = duration, a cross above a bar
// = failed.
import { formatDuration, plural } from '../core/format.ts';
import type { JobRepository } from './repository.ts';
import type { LastRun } from './repository-runs.ts';

const maxRuns = 20;
const height = 24;
const minHeight = 4;
const barWidth = 4;
const stepWidth = 6;
const tones = { succeeded: 'ok', failed: 'bad', cancelled: 'idle' } as const;

/** Null when none has ended. */
export function viewLastRuns(repository: Pick<JobRepository, 'lastRuns'>, operation: string) {
  const runs = repository.lastRuns(operation, maxRuns);
  if (runs.length === 0) return null;
  const longest = Math.max(...runs.map(({ seconds }) => seconds ?? 0));
  const text = describe(runs, longest);
  const newest = runs.at(-1)?.status;
  return {
    label: `Last ${plural(runs.length, 'run')}: ${text}. The newest ${newest === 'cancelled' ? 'was cancelled' : newest}.`,
    text: `Last ${plural(runs.length, 'run')}: ${text}`,
    width: runs.length * stepWidth - (stepWidth - barWidth),
    bars: runs.map((run, at) => drawRun(run, at * stepWidth, longest)),
  };
}

function drawRun({ status, seconds }: LastRun, x: number, longest: number) {
  const share = longest > 0 ? (seconds ?? 0) / longest : 0;
  const tall = Math.round(minHeight + share * (height - minHeight));
  const y = height - tall;
  const cross = status === 'failed' ? `M${x} ${y - 6}l4 4m0-4l-4 4` : null;
  return { x, y, height: tall, tone: tones[status], cross };
}

/** `18 done, 2 failed, usually 3.1 s, at most 9.0 s`; the usual run is one that succeeded and did real work. */
function describe(runs: LastRun[], longest: number): string {
  const of = (status: LastRun['status']) => runs.filter((run) => run.status === status);
  const counts = [
    `${of('succeeded').length} done`,
    ...(['failed', 'cancelled'] as const).flatMap((status) =>
      of(status).length > 0 ? [`${of(status).length} ${status}`] : [],
    ),
  ];
  const durations = of('succeeded')
    .flatMap(({ seconds, is_real }) => (is_real ? (seconds ?? []) : []))
    .sort((one, other) => one - other);
  const usual = durations[Math.floor(durations.length / 2)];
  if (usual === undefined) return counts.join(', ');
  return [...counts, `usually ${formatDuration(usual)}`, `at most ${formatDuration(longest)}`].join(', ');
}
