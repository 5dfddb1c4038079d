// P2: the time from the request that changes a job's state to the text in the client, with 1, 50 and 500 streams; the cost
// of 500 streams while a running job reports every second; the traffic of an idle stream.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { postJson, processorSec, startServer, startTalker } from './process.ts';
import { type Figure, median, type Workload } from './workload.ts';

export const streamWorkload: Workload = {
  name: 'stream',
  title: 'P2, a change of a job to the text in 1, 50 and 500 clients; cost of 500 streams; an idle stream',
  run,
};

const rounds = 15;
/** Longer than the throttle of a card. */
const pauseMs = 700;
const busySec = 40;
/** Warm-up, until the JavaScript engine has compiled the hot code. */
const settleMs = 30_000;
/** The chart of jobs advances every four minutes. */
const idleMinutes = 4;
const script = `#!/bin/sh
step=0
while [ $step -lt 600 ]; do
  step=$((step + 1))
  echo "{\\"type\\":\\"progress\\",\\"done\\":$step,\\"total\\":600,\\"phase\\":\\"count\\"}" >&3
  sleep 1
done
`;

async function run(): Promise<Figure[]> {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'chl-bench-'));
  fs.writeFileSync(path.join(root, 'count.sh'), script, { mode: 0o755 });
  fs.writeFileSync(
    path.join(root, 'operations.yaml'),
    'operations:\n  - {name: count, title: Count, summary: Counts., command: [./count.sh]}\n',
  );
  try {
    const figures: Figure[] = [];
    for (const streams of [1, 50, 500]) figures.push(await measureDelay(root, streams));
    figures.push(await measureCost(root), await measureIdle(root));
    return figures;
  } finally {
    fs.rmSync(root, { recursive: true });
  }
}

/** The reference is the answer of the server: the change is committed then. */
async function measureDelay(root: string, streams: number): Promise<Figure> {
  const server = await startServer(root, { CHL_OPERATIONS_MODE: 'noop' });
  const readers = await openReaders(server.origin, streams);
  const all: number[] = [];
  const lasts: number[] = [];
  const answers: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const { number } = await postJson(`${server.origin}/api/v1/operations/export`);
    const arriving = readers.ask({ until: `id="job-${number + 1}"` });
    await after(pauseMs);
    const startedAt = performance.timeOrigin + performance.now();
    await postJson(`${server.origin}/api/v1/operations/export`);
    answers.push(performance.timeOrigin + performance.now() - startedAt);
    const { arrived } = await arriving;
    const delays = arrived.map((at: number) => at - startedAt);
    all.push(...delays);
    lasts.push(Math.max(...delays));
    await after(pauseMs);
  }
  readers.end();
  await server.end();
  const [middle, last] = [median(all), median(lasts)];
  return {
    workload: `change to text, ${streams} streams: median, last`,
    ours: `${middle.toFixed(1)} ms, ${last.toFixed(1)} ms`,
    reference: `${median(answers).toFixed(1)} ms (the answer to the request)`,
    ratio: null,
    target: '≤ 60 ms, ≤ 300 ms',
    isMet: middle <= 60 && last <= 300,
  };
}

async function measureCost(root: string): Promise<Figure> {
  const server = await startServer(root);
  await postJson(`${server.origin}/api/v1/operations/count`);
  const shareOf = async () => {
    await after(settleMs);
    const before = processorSec(server.pid);
    await after(busySec * 1000);
    return (processorSec(server.pid) - before) / busySec;
  };
  const alone = await shareOf();
  const readers = await openReaders(server.origin, 500);
  await readers.ask({ count: true });
  const busy = await shareOf();
  const { chunks } = await readers.ask({ count: true });
  readers.end();
  await server.end();
  return {
    workload: 'processor, 500 streams and a report of progress a second',
    ours: `${(busy * 100).toFixed(1)} %`,
    reference: `${(alone * 100).toFixed(1)} % (the same without streams)`,
    ratio: null,
    target: '≤ 2 % of a core',
    isMet: busy <= 0.02,
    note: `${Math.round(chunks / 500 / (busySec + settleMs / 1000))} events a second and stream`,
  };
}

async function measureIdle(root: string): Promise<Figure> {
  const server = await startServer(root);
  const readers = await openReaders(server.origin, 1);
  await after(15_000);
  await readers.ask({ count: true });
  await after(idleMinutes * 60_000);
  const { bytes } = await readers.ask({ count: true });
  const perMinute = Math.round(bytes / idleMinutes);
  readers.end();
  await server.end();
  return {
    workload: 'bytes a minute of an idle stream',
    ours: `${perMinute} bytes`,
    reference: '–',
    ratio: null,
    target: '≤ 2 KB',
    isMet: perMinute <= 2048,
  };
}

async function openReaders(origin: string, streams: number) {
  const readers = startTalker('readers.js', [`${origin}/ui/stream/telemetry`, String(streams)]);
  await readers.next();
  await after(1000);
  return readers;
}
