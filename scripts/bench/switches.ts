// The cost of an index switch for concurrent searches: the time of each search while one generation replaces the other,
// compared with the same searches at rest. Both alternate.
import { randomUUID } from 'node:crypto';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { type Config, packageRoot } from '../../src/core/config.ts';
import { prepareLibrary } from '../../src/core/db/library.ts';
import { builtIn } from '../../src/embedding/built-in.ts';
import { buildGeneration } from '../../src/index/build.ts';
import { switchTo } from '../../src/index/generation.ts';
import { createLiveIndex, type LiveIndex } from '../../src/index/live.ts';
import { searchThreadFile } from '../../src/index/live-thread.ts';
import { type Figure, median } from './workload.ts';

const switches = 20;
const maxWaitMs = 20;
/** After a switch, searches of the new generation still count as during it: the old one is closed meanwhile. */
const settleMs = 100;
/** Searches at rest before each switch: the first ones meet the generation that was just opened. */
const restMs = 400;

/** Builds a second generation beside the live index of the library in `config`. Both kinds of times alternate. */
export async function measureSwitches(config: Config): Promise<Figure> {
  buildAnother(config);
  const live = createLiveIndex({
    config,
    libraryVersion: randomUUID,
    threadFile: searchThreadFile,
    hasRoom: () => true,
    onStatements() {},
    countUsage() {},
    onChange() {},
    onError: (error) => console.error(error),
  });
  const switcher = startSwitcher(config);
  await live.start();
  const [during, rest]: [Searched, Searched] = [noneSearched(), noneSearched()];
  for (let turn = 0; turn < switches; turn++) {
    await searchWhile(rest, live, () => after(restMs));
    await searchWhile(during, live, async () => {
      await switcher.next();
      await live.refresh();
      await after(settleMs);
    });
  }
  switcher.end();
  await live.stop();
  return figure(during, rest);
}

function figure(during: Searched, rest: Searched): Figure {
  const waited = maxOf(during) - median(rest.times);
  return {
    workload: `${during.times.length} searches during ${switches} switches: median, p99, longest`,
    ours: words(during),
    reference: `${words(rest)} (at rest, between them)`,
    ratio: maxOf(during) / maxOf(rest),
    target: `none fails, none waits > ${maxWaitMs} ms`,
    isMet: during.failed === 0 && waited <= maxWaitMs,
    note: `${during.failed} failed; the longest took ${waited.toFixed(1)} ms more than one usually does at rest`,
  };
}

/** Moves the pointer in another process, as a job does: its waits for the disk are no part of a search. */
function startSwitcher({ indexFolder }: Config) {
  const file = path.join(packageRoot, 'dist/scripts/bench/switcher.js');
  const child = fork(file, [indexFolder]);
  return {
    async next() {
      const moved = once(child, 'message');
      child.send('next');
      await moved;
    },
    end: () => child.disconnect(),
  };
}

function buildAnother({ databasePath, indexFolder }: Config) {
  const { library } = prepareLibrary(databasePath);
  const given = { library, model: builtIn, indexFolder, jobId: 'bench-2', now: new Date() };
  switchTo(indexFolder, buildGeneration({ ...given, onProgress() {} }).draft);
  library.close();
}

type Searched = { times: number[]; failed: number };

const noneSearched = (): Searched => ({ times: [], failed: 0 });
const maxOf = ({ times }: Searched) => Math.max(...times);

/** Searches one at a time until `work` has ended, and adds the times to `searched`. */
async function searchWhile(searched: Searched, live: LiveIndex, work: () => Promise<unknown>) {
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
}

function words({ times }: Searched): string {
  const sorted = times.toSorted((a, b) => a - b);
  const [p99 = Number.NaN, max = Number.NaN] = [sorted[Math.floor(sorted.length * 0.99)], sorted.at(-1)];
  return `${median(times).toFixed(1)}, ${p99.toFixed(1)}, ${max.toFixed(1)} ms`;
}
