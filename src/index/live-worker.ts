// The search thread: holds one generation in memory, embeds queries, searches, and counts the truth in small steps so
// that a search never waits long. It reads chl.db and never writes.
import fs from 'node:fs';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { isBusy } from '../core/db/busy-retry.ts';
import { openDatabase, prepareDataVersion, serverBusyMs } from '../core/db/open.ts';
import { isOutOfDescriptors } from '../core/descriptors.ts';
import { chooseEmbedder } from '../embedding/choose.ts';
import { AppError } from '../core/errors.ts';
import { generationFiles } from './generation.ts';
import { listEntries } from './list.ts';
import type {
  EntryAnswer,
  GenerationFacts,
  LoadAnswer,
  Question,
  Reply,
  SearchAnswer,
  ThreadStart,
} from './live-protocol.ts';
import { type LoadedIndex, loadGeneration } from './loaded.ts';
import { type IndexMeta, readMeta } from './meta.ts';
import { type EntryKey, findNeighbours } from './neighbours.ts';
import { createIndexRepository } from './repository.ts';
import { type SearchQuery, searchIndex } from './search.ts';
import { countTruth, standingOf, type Truth } from './state.ts';

const port = parentPort;
if (!port) throw new Error('live-worker runs as a thread of the server only.');
const { config, generation, previous } = workerData as ThreadStart;
// Somebody looks at the search while it waits for an embedding service.
const model = chooseEmbedder(config, { timeoutMs: 10_000, retryMs: [250], patienceMs: 2000 });
// Two connections: while one counts in a snapshot of its own, the other looks up hits as the library is now.
const library = openDatabase(config.databasePath, { busyMs: serverBusyMs, readonly: true });
const counted = openDatabase(config.databasePath, { busyMs: serverBusyMs, readonly: true });
const dataVersion = prepareDataVersion(counted);
const found = createIndexRepository(library);
const states = createIndexRepository(counted);
const quickMs = 250;
const neighboursShown = 8;
/** The first searches of a thread are slow, since nothing is compiled yet: nobody waits for those. */
const warmSearches = 5;
const pause = () => setImmediate();
const underWay = new Set<Promise<void>>();
let index: LoadedIndex | null = null;
let truth: Truth | null = null;
let countedVersion = -1;
let countAgainAt = 0;

port.on('message', (message: Question) => {
  if (message.name === 'close') void close();
  else track(reply(message));
});

async function reply(message: Question) {
  const send = (answer: Reply) => port?.postMessage(answer);
  try {
    send({ id: message.id, answer: await answerTo(message) });
  } catch (error) {
    const code = error instanceof AppError ? error.code : 'internal';
    send({ id: message.id, error: { code, message: (error as Error).message } });
  }
}

function answerTo({ name, question }: Question) {
  if (name === 'search' || name === 'list') refuseUnknownCategory(question.category);
  if (name === 'load') return load();
  if (name === 'count') return count();
  if (name === 'search') return search(question);
  if (name === 'list') return listEntries(found, index, question, pause);
  if (name === 'entry') return describeEntry(question);
  return null;
}

async function load(): Promise<LoadAnswer> {
  const answer: LoadAnswer = { live: null, previous: null, problem: null };
  try {
    if (generation !== null) {
      index = loadGeneration(config.indexFolder, generation, model);
      await count().catch(ignoreBusy);
      await warmUp(index);
      answer.live = toFacts(generation, index.meta, index.bytes);
    }
    answer.previous = previous === null ? null : readPrevious(previous);
  } catch (error) {
    // No fault of the files: they are tried again.
    if (isOutOfDescriptors(error)) throw error;
    answer.problem = (error as Error).message;
  }
  return answer;
}

/** Counted first, a search passes over orphans without a look at the library, however many they are. A library that
 *  cannot be counted now is counted with the next question. */
function ignoreBusy(error: unknown) {
  if (!isBusy(error)) throw error;
}

/** A service is not asked: the search works without it, but for queries. */
async function warmUp(loaded: LoadedIndex) {
  const query = 'a first search';
  const vector = new Float32Array(loaded.meta.dimension).fill(loaded.meta.dimension ** -0.5);
  for (let i = 0; i < warmSearches; i++) {
    if (model.isLexical) await search({ query });
    else await searchIndex(loaded, found, vector, { query }, pause);
  }
}

/** A previous generation that cannot be read is none that one could roll back to. */
function readPrevious(name: string): GenerationFacts | null {
  try {
    const files = generationFiles(path.join(config.indexFolder, name));
    return toFacts(name, readMeta(files.meta), fs.statSync(files.index).size);
  } catch {
    return null;
  }
}

function toFacts(generation: string, meta: IndexMeta, bytes: number): GenerationFacts {
  const { model, dimension, count, sha256, built_at, job_id } = meta;
  return { generation, model, dimension, vectors: count, bytes, sha256, built_at, job_id };
}

/** Counts anew after a commit. A library so large that it takes long is counted a quarter of the time at most. */
async function count(): Promise<Truth> {
  const version = dataVersion();
  const startedAt = performance.now();
  if (truth && (version === countedVersion || startedAt < countAgainAt)) return truth;
  truth = await states.inSnapshot(() => countTruth(states, index, pause));
  countedVersion = version;
  const tookMs = performance.now() - startedAt;
  countAgainAt = tookMs < quickMs ? 0 : performance.now() + 3 * tookMs;
  return truth;
}

async function search(query: SearchQuery): Promise<SearchAnswer> {
  const started = performance.now();
  if (!index || generation === null) {
    throw new AppError('index_missing', 'There is no index to search. Rebuild it first.');
  }
  const { meta } = index;
  const [vector] = await (await model.open()).embed([query.query]);
  if (vector?.length !== meta.dimension) {
    throw new AppError(
      'temporary',
      `${model.name} gives ${vector?.length} numbers by now, the index has ${meta.dimension}. Rebuild the index.`,
    );
  }
  const hits = await searchIndex(index, found, vector, query, pause);
  return { hits, generation, took_ms: performance.now() - started };
}

function refuseUnknownCategory(code: string | undefined) {
  if (code === undefined || found.hasCategory(code)) return;
  throw new AppError('invalid_arguments', `The library has no category ${JSON.stringify(code)}.`);
}

async function describeEntry(key: EntryKey): Promise<EntryAnswer> {
  const { kind, id } = key;
  const state = found.findState(kind, id, index?.meta.model ?? '');
  if (!state) throw new AppError('not_found', `The library has no ${kind} ${JSON.stringify(id)}.`);
  const neighbours = index ? await findNeighbours(index, found, key, neighboursShown, pause) : [];
  return {
    ...standingOf(found, index, kind, state),
    isInIndex: index?.rows[kind].has(id) ?? false,
    neighbours,
  };
}

function track(work: Promise<void>) {
  underWay.add(work);
  void work.finally(() => underWay.delete(work));
}

/** What was asked before is answered first; then nothing keeps the thread alive. */
async function close() {
  await Promise.all(underWay);
  library.close();
  counted.close();
  port?.close();
}
