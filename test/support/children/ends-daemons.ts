// An engine in a process of its own, as another user or with another PATH. Runs a job whose daemon sheds everything to each of
// its ends, and prints how the processes were tracked, each end, and how many of them were left then.
import type { Job } from '../../../src/jobs/job.ts';
import { buildEngine, operator } from '../engine.ts';
import { defineOperation, limitAfter } from '../operations.ts';
import { processesWith } from '../tracking.ts';

const [, , root = '', text = ''] = process.argv;
const child = 'starts-a-hidden-daemon';
const limited = defineOperation({ name: 'limited', child });
const engine = buildEngine(root, {
  operations: [defineOperation({ child }), limited],
  env: { CHL_PROCESS_TRACKING: process.env.CHL_PROCESS_TRACKING ?? 'auto' },
});
engine.runner.start();

async function endOf(operation: string, count: number, act?: (job: Job) => void) {
  const { number } = engine.enqueue(operation, { text, count });
  const ended = engine.whenJob(number);
  if (act) {
    const started = engine.whenPhase(number, 'daemon started').catch(() => ended);
    const job = await Promise.race([started, ended]);
    if (job.status === 'running') act(job);
  }
  const { status, failure, tracking, left_processes } = await ended;
  const fates = left_processes.map(({ name, fate }) => `${name} ${fate}`);
  // This process itself has the argument, too.
  const living = processesWith(text).length - 1;
  return { status, message: failure?.message ?? null, tracking, fates, living };
}

/** How long the last daemon took to start. */
let startedMs = 0;
const cancel = ({ id, started_at }: Job) => {
  startedMs = Date.now() - Date.parse(started_at ?? '');
  engine.verbs.cancel(id, operator);
};
const ends = [await endOf('chore', 0), await endOf('chore', 1, cancel)];
limited.hardLimitMs = limitAfter(startedMs);
ends.push(await endOf('limited', 1));
await engine.close();
process.stdout.write(JSON.stringify({ uid: process.getuid?.(), ends }), () => process.exit());
