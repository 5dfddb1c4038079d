// Checks that the disk of the data root has room for jobs, and those of databases that are on another one.
import fs from 'node:fs';
import path from 'node:path';
import type { Check, Found } from '../core/check.ts';
import { formatBytes } from '../core/format.ts';

type Given = {
  root: string;
  /** The files of the databases. */
  databases: string[];
  /** Below it, the finding opens. */
  lowBytes: () => number;
  /** Below it, no new jobs start. */
  reserveBytes: () => number;
  /** Free bytes at the last sample, so that banner and figures agree; null without one. */
  sampledFree: () => number | null;
};

export function diskCheck({ root, databases, lowBytes, reserveBytes, sampledFree }: Given): Check {
  return {
    id: 'disk-space',
    component: 'disk',
    title: 'Disk space',
    everySec: 10,
    dirtyOn: ['sample'],
    async look() {
      const { bavail, bsize } = await fs.promises.statfs(root);
      const free = Math.min(bavail * bsize, sampledFree() ?? Number.POSITIVE_INFINITY);
      const others = await findOthers(root, databases);
      const found = others.flatMap((other) => judgeOther(other, lowBytes(), reserveBytes()));
      return {
        says: [`${formatBytes(free)} free`, ...others.map(describeOther)].join('; '),
        found: [...judge(free, lowBytes(), reserveBytes()), ...found],
      };
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
        runbook: 'disk-full',
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
      runbook: 'disk-full',
    },
  ];
}

type Other = { file: string; free: number };

/** The databases that are on another disk than the data folder; one of each such disk. A file that is gone is the concern of
 *  another check. */
async function findOthers(root: string, databases: string[]): Promise<Other[]> {
  const { dev: own } = await fs.promises.stat(root);
  const found = new Map<number, Other>();
  for (const file of databases) {
    const folder = path.dirname(file);
    const stat = await fs.promises.stat(folder).catch(() => null);
    if (!stat || stat.dev === own || found.has(stat.dev)) continue;
    const { bavail, bsize } = await fs.promises.statfs(folder);
    found.set(stat.dev, { file, free: bavail * bsize });
  }
  return [...found.values()];
}

function describeOther({ file, free }: Other): string {
  return `${formatBytes(free)} free on the disk of ${path.basename(file)}`;
}

function judgeOther({ file, free }: Other, lowBytes: number, reserveBytes: number): Found[] {
  if (free >= lowBytes) return [];
  const name = path.basename(file);
  const isFull = free < reserveBytes;
  const left = `The disk of ${file} has less than ${formatBytes(isFull ? reserveBytes : lowBytes)} left.`;
  return [
    {
      subject: `free ${name}`,
      severity: isFull ? 'error' : 'warning',
      title: `Jobs ${isFull ? '' : 'will soon '}fail: the disk of ${name} is ${isFull ? '' : 'nearly '}full`,
      text: `${left} Searches and pages still work. Free some space${isFull ? ', then run the job again' : ''}.`,
      stops: [isFull ? 'all operations' : 'large imports and index builds'],
      runbook: 'disk-full',
    },
  ];
}
