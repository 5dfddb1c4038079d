// P1b: the bytes that a browser loads for the dashboard on a first visit, the time of its paint, and its layout shifts.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { postJson, startServer } from './process.ts';
import { type Figure, median, type Workload } from './workload.ts';

export const weightWorkload: Workload = {
  name: 'weight',
  title: 'P1b, what a browser loads for /operations, cold',
  run,
};

const loads = 7;
export const executablePath = '/usr/bin/chromium';

/** As the page measures itself: largest paint, layout shift, and the transferred files. */
type Load = { lcp: number; shift: number; files: { name: string; bytes: number }[] };

async function run(): Promise<Figure[]> {
  if (!fs.existsSync(executablePath)) {
    console.log('weight: there is no Chromium here; install one: apt-get install chromium');
    return [];
  }
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'chl-bench-'));
  const server = await startServer(root, { CHL_OPERATIONS_MODE: 'noop' });
  for (let job = 0; job < 10; job += 1) await postJson(`${server.origin}/api/v1/operations/export`);
  const browser = await chromium.launch({
    executablePath,
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
  try {
    const seen: Load[] = [];
    for (let load = 0; load < loads; load += 1) {
      const context = await browser.newContext();
      const page = await context.newPage();
      await page.goto(`${server.origin}/operations`);
      await page.locator('#conn').getByText('Live').waitFor();
      seen.push(await lookAtPaint(page));
      await context.close();
    }
    return figures(server.origin, seen);
  } finally {
    await browser.close();
    await server.end();
    fs.rmSync(root, { recursive: true });
  }
}

/** Waits a second for further paints. */
export async function lookAtPaint(page: Page): Promise<Load> {
  return (await page.evaluate(look)) as Load;
}

const look = `new Promise((resolve) => {
  const told = { lcp: 0, shift: 0 };
  const watch = (type, take) =>
    new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true });
  watch('largest-contentful-paint', ({ startTime }) => { told.lcp = startTime; });
  watch('layout-shift', ({ value }) => { told.shift += value; });
  const files = performance.getEntriesByType('resource').map(({ name, encodedBodySize }) => ({ name, bytes: encodedBodySize }));
  setTimeout(() => resolve({ ...told, files }), 1000);
})`;

function figures(origin: string, seen: Load[]): Figure[] {
  const files = seen[0]?.files ?? [];
  const bytes = files
    .filter(({ name }) => /\.(css|js)$/.test(name))
    .reduce((sum, file) => sum + file.bytes, 0);
  const foreign = files.filter(({ name }) => !name.startsWith(origin));
  const lcp = median(seen.map((load) => load.lcp));
  const shift = Math.max(...seen.map((load) => load.shift));
  const line = (workload: string, ours: string, target: string, isMet: boolean): Figure => ({
    workload,
    ours,
    reference: '–',
    ratio: null,
    target,
    isMet,
  });
  return [
    line(
      'JS and CSS, compressed',
      `${(bytes / 1024).toFixed(1)} KB`,
      '≤ 60 KB',
      bytes > 0 && bytes <= 60 * 1024,
    ),
    line('requests to another host', String(foreign.length), 'none', foreign.length === 0),
    line('largest contentful paint', `${lcp.toFixed(0)} ms`, '≤ 150 ms', lcp <= 150),
    line('layout shift', shift.toFixed(4), 'none', shift === 0),
  ];
}
