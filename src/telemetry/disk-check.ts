// Checks that the disk of the data root has room for jobs.
import fs from 'node:fs';
import type { Check, Problem } from '../core/check.ts';
import { lowDiskBytes, reserveBytes } from '../core/disk-reserve.ts';
import { formatBytes } from '../core/format.ts';
import type { TelemetryContext } from './parts.ts';

type Sources = Pick<TelemetryContext, 'config' | 'telemetry'>;

export function diskCheck(sources: Sources): Check {
  return {
    name: 'disk',
    async health() {
      const { bavail, bsize } = await fs.promises.statfs(sources.config.root);
      const free = bavail * bsize;
      return { status: free < lowDiskBytes ? 'degraded' : 'healthy', detail: `${formatBytes(free)} free` };
    },
    problem: () => findProblem(sources),
    dirtyOn: ['sample'],
  };
}

function findProblem({ telemetry }: Sources): Problem | null {
  const free = telemetry.latest()?.disk_free_bytes ?? null;
  if (free === null || free >= lowDiskBytes) return null;
  if (free < reserveBytes) {
    return {
      tone: 'bad',
      title: 'No new jobs start: the disk is full',
      text: `The disk of the data folder has less than ${formatBytes(reserveBytes)} left, which is reserved for running jobs. Free some space, then run the job again.`,
    };
  }
  return {
    tone: 'warn',
    title: 'Jobs will soon be refused: the disk is nearly full',
    text: `The disk of the data folder has less than ${formatBytes(lowDiskBytes)} left; below ${formatBytes(reserveBytes)} no new jobs start. Free some space.`,
  };
}
