// A simple model of the embedding queue, and a random walk: after each step the queue must agree with the model. `npm test`
// uses fixed seeds, `npm run chaos` prints the one it uses.
import fs from 'node:fs';
import type { Kind } from '../../src/library/content.ts';
import { pick } from '../random.ts';
import { type OpenQueue, openQueueBench } from './queue-bench.ts';
import { createWalk, type ModelEntry, type Walk, walkSteps } from './queue-steps.ts';

const maxAttempts = 3;
const often = ['add', 'add', 'claim', 'claim', 'claim', 'complete', 'fail', 'fail', 'pass'];
const titles = [...Object.keys(walkSteps), ...often] as [string, ...string[]];

/** Creates `root`. `difference` names the first step after which queue and model differ, or is null. */
export async function walkQueue(options: {
  root: string;
  openQueue: OpenQueue;
  seed: number;
  steps: number;
}): Promise<{ steps: number; difference: string | null }> {
  const { root, openQueue, seed, steps } = options;
  fs.mkdirSync(root, { recursive: true });
  const bench = await openQueueBench(root, openQueue);
  try {
    const walk = createWalk(bench, seed);
    for (let step = 1; step <= steps; step++) {
      const { title, gave, wanted } = await takeStep(walk);
      const { found, modelled } = await compare(walk);
      const [is, should] = [JSON.stringify([gave, found]), JSON.stringify([wanted, modelled])];
      if (is !== should)
        return {
          steps: step,
          difference: `step ${step}, ${title}: the queue gave ${is}, the model ${should}`,
        };
    }
    return { steps, difference: null };
  } finally {
    bench.close();
  }
}

async function takeStep(walk: Walk) {
  const title = pick(walk.random, titles);
  const [gave, wanted] = await (walkSteps[title] as (typeof walkSteps)[string])(walk);
  return { title, gave, wanted };
}

async function compare({ elsewhere, entries, written }: Walk) {
  const counts = await elsewhere.counts();
  const listed = (await elsewhere.failed(entries.size)).length;
  const isInBounds = written.maxAttempts() <= maxAttempts;
  return {
    found: { ...counts, listed, totals: written.totals(), isInBounds },
    modelled: countOf([...entries.values()]),
  };
}

function countOf(entries: ModelEntry[]) {
  const ofKind = (kind: Kind, status?: string) =>
    entries.filter((entry) => entry.kind === kind && (status === undefined || entry.status === status))
      .length;
  const byKind = (status: string) => {
    const [experiences, manuals] = [ofKind('experience', status), ofKind('manual', status)];
    return { experiences, manuals, total: experiences + manuals };
  };
  const failed = byKind('failed');
  return {
    pending: byKind('pending'),
    failed,
    listed: failed.total,
    totals: { experiences: ofKind('experience'), manuals: ofKind('manual') },
    isInBounds: true,
  };
}
