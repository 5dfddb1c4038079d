// The cost of an index switch for concurrent searches: the time of each search while one generation replaces the other,
// compared with the same searches at rest.
import { setTimeout as after } from 'node:timers/promises';
import type { Config } from '../../src/core/config.ts';
import { prepareLibrary } from '../../src/core/db/library.ts';
import { builtIn } from '../../src/embedding/built-in.ts';
import { buildGeneration } from '../../src/index/build.ts';
import { rollBack, switchTo } from '../../src/index/generation.ts';
import { createLiveIndex, type LiveIndex } from '../../src/index/live.ts';
import { searchThreadFile } from '../../src/index/live-thread.ts';
import { type Figure, median } from './workload.ts';

const switches = 20;
const maxWaitMs = 20;
/** Between two switches, so that each one meets searches of the previous generation. */
const restMs = 100;

/** Builds a second generation beside the live index of the library in `config`. */
export async function measureSwitches(config: Config): Promise<Figure> {
  buildAnother(config);
  const live = createLiveIndex({
    config,
    threadFile: searchThreadFile,
    hasRoom: () => true,
    onStatements() {},
    countUsage() {},
    onChange() {},
    onError: (error) => console.error(error),
  });
  await live.start();
  const startedAt = performance.now();
  const during = await searchWhile(live, async () => {
    for (let turn = 0; turn < switches; turn++) {
      rollBack(config.indexFolder, { job_id: 'bench', attempt: turn, result: {} });
      await live.refresh();
      await after(restMs);
    }
  });
  const tookMs = performance.now() - startedAt;
  const rest = await searchWhile(live, () => after(tookMs));
  await live.stop();
  const waited = during.max - median(rest.times);
  return {
    workload: `${during.times.length} searches during ${switches} switches: median, p99, longest`,
    ours: words(during),
    reference: `${words(rest)} (at rest)`,
    ratio: null,
    target: `none fails, none waits > ${maxWaitMs} ms`,
    isMet: during.failed === 0 && waited <= maxWaitMs,
    note: `${during.failed} failed; the longest took ${waited.toFixed(1)} ms more than one usually does at rest`,
  };
}

function buildAnother({ databasePath, indexFolder }: Config) {
  const { library } = prepareLibrary(databasePath);
  const given = { library, model: builtIn, indexFolder, jobId: 'bench-2', now: new Date() };
  switchTo(indexFolder, buildGeneration({ ...given, onProgress() {} }).draft);
  library.close();
}

type Searched = { times: number[]; failed: number; max: number };

/** Searches one at a time until `work` has ended. */
async function searchWhile(live: LiveIndex, work: () => Promise<unknown>): Promise<Searched> {
  const searched: Searched = { times: [], failed: 0, max: 0 };
  let isOver = false;
  const working = work().finally(() => {
    isOver = true;
  });
  for (let turn = 0; !isOver; turn++) {
    const startedAt = performance.now();
    await live.search({ query: `create archive number ${turn}` }).catch(() => {
      searched.failed += 1;
    });
    searched.times.push(performance.now() - startedAt);
  }
  await working;
  return { ...searched, max: Math.max(...searched.times) };
}

function words({ times, max }: Searched): string {
  const sorted = times.toSorted((a, b) => a - b);
  const p99 = sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN;
  return `${median(times).toFixed(1)}, ${p99.toFixed(1)}, ${max.toFixed(1)} ms`;
}
