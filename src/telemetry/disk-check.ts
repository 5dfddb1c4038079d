// Checks that the disk of the data root has room for jobs.
import fs from 'node:fs';
import type { Check, Found } from '../core/check.ts';
import { formatBytes } from '../core/format.ts';

type Given = {
  root: string;
  /** Below it, the finding opens. */
  lowBytes: () => number;
  /** Below it, no new jobs start. */
  reserveBytes: () => number;
  /** Free bytes at the last sample, so that banner and figures agree; null without one. */
  sampledFree: () => number | null;
};

export function diskCheck({ root, lowBytes, reserveBytes, sampledFree }: Given): Check {
  return {
    id: 'disk-space',
    component: 'disk',
    title: 'Disk space',
    everySec: 10,
    dirtyOn: ['sample'],
    async look() {
      const { bavail, bsize } = await fs.promises.statfs(root);
      const free = Math.min(bavail * bsize, sampledFree() ?? Number.POSITIVE_INFINITY);
      return { says: `${formatBytes(free)} free`, found: judge(free, lowBytes(), reserveBytes()) };
    },
  };
}

function judge(free: number, lowBytes: number, reserveBytes: number): Found[] {
  if (free < reserveBytes) {
    return [
      {
        subject: 'free',
        severity: 'error',
        title: 'No new jobs start: the disk is full',
        text: `The disk of the data folder has less than ${formatBytes(reserveBytes)} left, which is reserved for running jobs. Free some space, then run the job again.`,
        stops: ['all operations'],
      },
    ];
  }
  if (free >= lowBytes) return [];
  return [
    {
      subject: 'free',
      severity: 'warning',
      title: 'Jobs will soon be refused: the disk is nearly full',
      text: `The disk of the data folder has less than ${formatBytes(lowBytes)} left; below ${formatBytes(reserveBytes)} no new jobs start. Free some space.`,
      stops: ['large imports and index builds'],
    },
  ];
}
