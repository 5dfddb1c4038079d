// Measures cancels: the time for a child of each behaviour, and a thousand cancels around the end of the child.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { raceCancels, timeCancels } from '../chaos/cancels.ts';
import type { Figure, Workload } from './workload.ts';

export const cancelsWorkload: Workload = {
  name: 'cancels',
  title: 'a cancel of each behaviour, and 1,000 cancels within ±5 ms of the end of the child',
  run,
};

const count = 1000;

async function run(): Promise<Figure[]> {
  const work = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'chl-bench-')));
  try {
    return [await timeFigure(path.join(work, 'times')), await raceFigure(path.join(work, 'races'))];
  } finally {
    fs.rmSync(work, { recursive: true });
  }
}

async function timeFigure(root: string): Promise<Figure> {
  const { graceMs, times } = await timeCancels(root);
  const slowest = Math.max(...times.map(({ ms }) => ms));
  const survivors = times.reduce((sum, time) => sum + time.survivors, 0);
  return {
    workload: 'cancel, the slowest of all behaviours',
    ours: `${slowest.toFixed(0)} ms, ${survivors} survivors`,
    reference: `${graceMs} ms (grace)`,
    ratio: null,
    target: '≤ grace + 1 s, 0 survivors',
    isMet: slowest <= graceMs + 1000 && survivors === 0,
    note: times.map(({ behaviour, ms, status }) => `${behaviour} ${ms.toFixed(0)} ms ${status}`).join(', '),
  };
}

async function raceFigure(root: string): Promise<Figure> {
  const { ends, refused, problems } = await raceCancels({ root, seed: 5, count });
  const winners = [...ends].map(([status, jobs]) => `${jobs} ${status}`).join(', ');
  return {
    workload: `${count} cancels around the exit`,
    ours: `${problems.length} without one winner`,
    reference: '–',
    ratio: null,
    target: '0',
    isMet: problems.length === 0,
    note: [`${winners}; ${refused} refused because the job had ended`, ...problems.slice(0, 5)].join('; '),
  };
}
