// P8: exact search compared with FAISS and with a plain loop over the same vectors, and the stalls of the server's thread.
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as after, setImmediate } from 'node:timers/promises';
import { type Config, readConfig } from '../../src/core/config.ts';
import { prepareLibrary } from '../../src/core/db/library.ts';
import { builtIn } from '../../src/embedding/built-in.ts';
import { scaleToUnit } from '../../src/embedding/vector.ts';
import { buildGeneration } from '../../src/index/build.ts';
import { createKernel } from '../../src/index/dot.ts';
import { liveFiles, readPointer, switchTo } from '../../src/index/generation.ts';
import { createLiveIndex } from '../../src/index/live.ts';
import { searchThreadFile } from '../../src/index/live-thread.ts';
import { type LoadedIndex, loadGeneration } from '../../src/index/loaded.ts';
import { pickBest } from '../../src/index/nearest.ts';
import { createRandom } from '../random.ts';
import { openFaiss } from './faiss.ts';
import { insertEmbedded } from './repository.ts';
import { maxStall } from './server-lag.ts';
import { measureSwitches } from './switches.ts';
import { type Figure, median, type Workload } from './workload.ts';

export const searchWorkload: Workload = {
  name: 'search',
  title: 'P8, one query at a time over 40,000 vectors of 384 numbers',
  run: () => measure(40_000, 101, measureSwitches),
};

export const searchMillionWorkload: Workload = {
  name: 'search-million',
  title: 'P8, the same over 1,000,000 vectors (needs 6 GB of disk and 8 GB of memory)',
  run: () => measure(1_000_000, 15),
};

async function measure(
  count: number,
  rounds: number,
  measureMore?: (config: Config) => Promise<Figure>,
): Promise<Figure[]> {
  const work = fs.mkdtempSync(path.join(os.tmpdir(), 'chl-bench-'));
  try {
    const config = readConfig({ CHL_EXPERIENCE_ROOT: work }, '/');
    makeIndex(config, count);
    const scans = await compareScans(config, rounds);
    const figures = [...scans, await measureServer(config, rounds)];
    return measureMore ? [...figures, await measureMore(config)] : figures;
  } finally {
    fs.rmSync(work, { recursive: true });
  }
}

function makeIndex({ databasePath, indexFolder }: Config, count: number) {
  const { library } = prepareLibrary(databasePath);
  const nextVector = createVectors(3);
  insertEmbedded(library, count, builtIn, nextVector);
  const built = buildGeneration({
    library,
    model: builtIn,
    indexFolder,
    jobId: 'bench',
    now: new Date(),
    onProgress() {},
  });
  switchTo(indexFolder, built.draft);
  library.close();
}

/** Random unit vectors, the same on every machine. */
function createVectors(seed: number): () => Float32Array {
  const random = createRandom(seed);
  return () =>
    scaleToUnit(
      Float32Array.from({ length: builtIn.dimension }, () => random(2_000_001) / 1e6 - 1),
    ) as Float32Array;
}

/** Runs each query by all of them in turn, so that other load on the machine affects all. */
async function compareScans(config: Config, rounds: number): Promise<Figure[]> {
  const ours = loadGeneration(config.indexFolder, readPointer(config.indexFolder)?.current ?? '', builtIn);
  const plain = withPlainLoop(ours);
  const faiss = await openFaiss(liveFiles(config.indexFolder)?.index ?? '');
  const times = { ours: [] as number[], plain: [] as number[], faiss: [] as number[] };
  const nextQuery = createVectors(5);
  let same = 0;
  for (let round = -3; round < rounds; round++) {
    const query = nextQuery();
    const [mine, other] = [await timeScan(ours, query), await timeScan(plain, query)];
    const reference = (await faiss?.search(query)) ?? other;
    if (round < 0) continue;
    times.ours.push(mine.ms);
    times.plain.push(other.ms);
    times.faiss.push(reference.ms);
    if (String(mine.rows) === String(other.rows) && String(mine.rows) === String(reference.rows)) same++;
  }
  faiss?.close();
  const size = `${ours.meta.count.toLocaleString('en')} × ${ours.dimension}`;
  const note = `the same ten ids in the same order in ${same} of ${rounds} queries`;
  const toFigure = (name: string, reference: number[], target: number): Figure => ({
    workload: `search ${size}, beside ${name}`,
    ours: `${median(times.ours).toFixed(1)} ms`,
    reference: `${median(reference).toFixed(1)} ms`,
    ratio: median(times.ours) / median(reference),
    target: `≤ ${target}`,
    isMet: median(times.ours) <= target * median(reference),
    note,
  });
  const figures = [toFigure('the plain loop', times.plain, 0.5)];
  return faiss ? [...figures, toFigure(`FAISS ${faiss.version}, one thread`, times.faiss, 0.6)] : figures;
}

type Scanned = Pick<LoadedIndex, 'score' | 'rows' | 'isOrphan' | 'dimension' | 'meta'>;

function withPlainLoop(index: LoadedIndex): Scanned {
  const kernel = createKernel(index.dimension, null);
  kernel.allocate(index.vectors.byteLength).set(index.vectors);
  return { ...index, score: kernel.score };
}

async function timeScan(index: Scanned, query: Float32Array) {
  const startedAt = performance.now();
  const filters = [{ wanted: 10, isWanted: () => true }];
  const [best = []] = await pickBest(index, query, filters, () => setImmediate());
  return { rows: best.map(({ row }) => row), ms: performance.now() - startedAt };
}

/** Complete searches by the server's live index: the time of an answer, and the longest stall of this thread, compared with
 *  the same time at rest, since a busy machine stalls an idle thread, too. */
async function measureServer(config: Config, rounds: number): Promise<Figure> {
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
  await live.start();
  const answers: number[] = [];
  const startedAt = performance.now();
  const stallMs = await maxStall(async () => {
    for (let round = 0; round < rounds; round++) {
      const askedAt = performance.now();
      await live.search({ query: `create archive number ${round}` });
      answers.push(performance.now() - askedAt);
    }
  });
  const idleMs = await maxStall(() => after(performance.now() - startedAt));
  const { vectors } = live.indexState();
  await live.stop();
  return {
    workload: `longest stall of the event loop, ${vectors.toLocaleString('en')} vectors`,
    ours: `${stallMs.toFixed(1)} ms`,
    reference: `${idleMs.toFixed(1)} ms (at rest)`,
    ratio: stallMs / idleMs,
    target: '≤ 10 ms',
    isMet: stallMs <= 10,
    note: `an answer takes ${median(answers).toFixed(1)} ms, embedding and hits included`,
  };
}
