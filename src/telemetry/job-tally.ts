// Counts the jobs that ended over the last day, by outcome and minute: read at start, then kept up to date by events.
import type { Bus, JobEvent } from '../core/bus.ts';
import type { Ended, JobFigures } from './job-figures.ts';

export type JobTally = ReturnType<typeof createJobTally>;

const statuses = ['succeeded', 'failed', 'cancelled'] as const;
const minuteMs = 60_000;
const dayMinutes = 1440;

type Given = { figures: JobFigures; bus: Bus; now: () => Date };

export function createJobTally({ figures, bus, now }: Given) {
  const minutes = new Map<number, Ended>();
  const total = noJobs();
  const currentMinute = () => Math.floor(now().getTime() / minuteMs);

  const dayAgo = new Date((currentMinute() - dayMinutes) * minuteMs);
  for (const { status, minute, jobs } of figures.endedSince(dayAgo)) minuteOf(minute)[status] += jobs;
  bus.on('job', (job: JobEvent) => {
    const status = statuses.find((one) => one === job.status);
    if (!status) return;
    minuteOf(currentMinute())[status] += 1;
    total[status] += 1;
  });

  return {
    /** Since the start of this process. */
    total: (): Readonly<Ended> => total,

    /** The last 24 hours, to the minute. */
    lastDay(): Ended {
      const oldest = currentMinute() - dayMinutes + 1;
      const day = noJobs();
      for (const [minute, ended] of minutes) {
        if (minute < oldest) minutes.delete(minute);
        else for (const status of statuses) day[status] += ended[status];
      }
      return day;
    },

    /** How many ended in each of `steps` parts of the last day, oldest first; parts begin at the same times each day. */
    parts(steps: number): number[] {
      const width = dayMinutes / steps;
      const first = Math.floor(currentMinute() / width) - steps + 1;
      const parts = Array.from({ length: steps }, () => 0);
      for (const [minute, { succeeded, failed, cancelled }] of minutes) {
        const part = Math.floor(minute / width) - first;
        if (part >= 0 && part < steps) parts[part] = (parts[part] ?? 0) + succeeded + failed + cancelled;
      }
      return parts;
    },
  };

  function minuteOf(minute: number): Ended {
    const known = minutes.get(minute) ?? noJobs();
    minutes.set(minute, known);
    return known;
  }
}

function noJobs(): Ended {
  return { succeeded: 0, failed: 0, cancelled: 0 };
}
