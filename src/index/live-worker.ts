// The search thread: holds one generation, and searches and counts in small steps. Reads chl.db and never writes.
import fs from 'node:fs';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { isBusy } from '../core/db/busy-retry.ts';
import { openDatabase, prepareDataVersion, serverBusyMs } from '../core/db/open.ts';
import { isOutOfDescriptors } from '../core/descriptors.ts';
import { AppError } from '../core/errors.ts';
import { explain } from '../core/faults.ts';
import { type Question, replyTo } from '../core/thread.ts';
import { runInherited } from '../core/trace.ts';
import { adviseOnDatabases } from '../damage/advise.ts';
import { chooseEmbedder } from '../embedding/choose.ts';
import { reportStatements } from '../log-store/script-trace.ts';
import { generationFiles } from './generation.ts';
import { createHurriedEmbedding } from './hurried-embedding.ts';
import { listEntries } from './list.ts';
import type {
  EntryAnswer,
  Exchange,
  GenerationFacts,
  LoadAnswer,
  SearchQuestion,
  ThreadReport,
  ThreadStart,
} from './live-protocol.ts';
import { type LoadedIndex, loadGeneration } from './loaded.ts';
import { createOpenSearches } from './open-searches.ts';
import { type MetaHead, readMetaHead } from './meta.ts';
import type { EntryKey } from '../embedding/queue.ts';
import { createIndexRepository } from './repository.ts';
import { findNeighbours } from './search.ts';
import { createSearcher, embedText } from './searcher.ts';
import { createSyncCounter, hasOrphans, syncStateOf } from './sync-state.ts';
import { type OpenedWords, openWords } from './words.ts';

const port = parentPort;
if (!port) throw new Error('live-worker runs as a thread of the server only.');
const { config, generation, previous } = workerData as ThreadStart;
adviseOnDatabases(config, () => true);
const send = (report: ThreadReport) => port.postMessage({ report });
const endReports = reportStatements(config, ({ items }) => send({ statements: items }));
// A remote worker gives no other vector than the built-in embedder here.
const embeddingQueue = config.embedding === null ? null : config.embeddingQueue;
// A user waits for the search while it waits for an embedding service.
const model = await chooseEmbedder({ ...config, embeddingQueue }, (...usage) => send({ usage }), {
  timeoutMs: 10_000,
  retryMs: [250],
  patienceMs: 2000,
  hostMs: 0,
});
// Words answer a search for which the service is slow or down.
const embedding = createHurriedEmbedding({ maxMs: 1500, pauseMs: 30_000 });
const pause = () => setImmediate();
const searches = createOpenSearches();
// Two connections: while one counts in a snapshot, the other reads hits from the current library.
const library = openDatabase(config.databasePath, { busyMs: serverBusyMs, readonly: true });
const counting = openDatabase(config.databasePath, { busyMs: serverBusyMs, readonly: true });
const repository = createIndexRepository(library);
const count = createSyncCounter(
  createIndexRepository(counting),
  prepareDataVersion(counting),
  searches.yieldTo,
);
const neighboursShown = 8;
/** The first searches of a thread are slow, because no code is compiled and no page of the word index is read yet. */
const warmSearches = 5;
const openReplies = new Set<Promise<void>>();
/** Null without a usable generation. */
let live: { index: LoadedIndex; opened: OpenedWords; search: ReturnType<typeof createSearcher> } | null =
  null;

port.on('message', (message: Question<Exchange>) => {
  if (message.name === 'close') return void close();
  const replying = replyTo(port, message.id, () => answerTo(message));
  openReplies.add(replying);
  void replying.finally(() => openReplies.delete(replying));
});

function answerTo({ name, question }: Question<Exchange>) {
  if (name === 'search' || name === 'list') assertCategory(question.category);
  if (name === 'load') return load();
  if (name === 'count') return count(live?.index ?? null, question.isExact);
  if (name === 'search') return searches.track(search(question));
  if (name === 'list') return listEntries(repository, live?.index ?? null, question, pause);
  if (name === 'entry') return describeEntry(question);
  return null;
}

async function load(): Promise<LoadAnswer> {
  const answer: LoadAnswer = { live: null, previous: null, problem: null };
  try {
    if (generation !== null) {
      const loaded = open(generation);
      live = loaded;
      await countOrphans(loaded.index);
      await warmUp(loaded.index);
      answer.live = toFacts(generation, loaded.index.meta, loaded.index.bytes, loaded.opened.problem);
    }
    answer.previous = previous === null ? null : readFacts(config.indexFolder, previous);
  } catch (error) {
    // The files may be good: the server tries them again.
    if (isOutOfDescriptors(error)) throw error;
    answer.problem = explain(error);
  }
  return answer;
}

/** Once orphans are counted, a search skips them without asking the library. An index without many is searched before it is
 *  counted. If the library is busy, the next question counts. */
async function countOrphans(index: LoadedIndex) {
  try {
    if (hasOrphans(index, repository)) await count(index, true);
  } catch (error) {
    if (!isBusy(error)) throw error;
  }
}

function open(name: string): NonNullable<typeof live> {
  const index = loadGeneration(config.indexFolder, name, model);
  const opened = openWords(path.join(config.indexFolder, name), index.meta.sha256);
  return {
    index,
    opened,
    search: createSearcher({ index, opened, library: repository, model, pause }),
  };
}

/** Searches for titles of the library, whose words others search for, too. An embedding service is not called: without it the
 *  index still loads. */
async function warmUp({ dimension, meta: { count, vectors } }: LoadedIndex) {
  const vector = model.isLexical ? undefined : new Float32Array(dimension).fill(dimension ** -0.5);
  for (let i = 0; i < warmSearches; i++) {
    const entry = vectors.at(Math.floor((i * count) / warmSearches));
    const title = entry && repository.findEntry(entry.kind, entry.entity_id)?.title;
    await search({ query: title?.trim() || 'a first search', vector, traceparent: null });
  }
}

async function search({ vector: known, traceparent, ...query }: SearchQuestion) {
  const started = performance.now();
  if (!live || generation === null) {
    throw new AppError('index_missing', 'There is no index to search. Rebuild it first.');
  }
  const embedAnew = () => runInherited(traceparent, () => embedText(model, query.query));
  const embed = async (isHurried: boolean) => {
    if (known?.length === live?.index.dimension && known) return known;
    return isHurried ? embedding.hurried(embedAnew) : embedding.patient(embedAnew);
  };
  const found = await live.search(query, embed);
  return { ...found, generation, took_ms: performance.now() - started };
}

function assertCategory(code: string | undefined) {
  if (code === undefined || repository.hasCategory(code)) return;
  throw new AppError('invalid_arguments', `The library has no category ${JSON.stringify(code)}.`);
}

async function describeEntry(key: EntryKey): Promise<EntryAnswer> {
  const { kind, id } = key;
  const index = live?.index ?? null;
  const entry = repository.findState(kind, id, index?.meta.model ?? '');
  if (!entry) throw new AppError('not_found', `The library has no ${kind} ${JSON.stringify(id)}.`);
  const neighbours = index ? await findNeighbours(index, repository, key, neighboursShown, pause) : [];
  const isInIndex = index?.rows[kind].has(id) ?? false;
  return { ...syncStateOf(repository, index, kind, entry), isInIndex, neighbours };
}

/** Answers the open questions, then releases what keeps the thread alive. */
async function close() {
  await Promise.all(openReplies);
  live?.opened.words?.close();
  library.close();
  counting.close();
  endReports();
  port?.close();
}

function toFacts(
  generation: string,
  meta: MetaHead,
  bytes: number,
  words_problem: string | null,
): GenerationFacts {
  const { model, dimension, count, sha256, built_at, job_id } = meta;
  return { generation, model, dimension, vectors: count, bytes, sha256, built_at, job_id, words_problem };
}

/** Null when the generation cannot be read, and so cannot be rolled back to. */
function readFacts(indexFolder: string, generation: string): GenerationFacts | null {
  const folder = path.join(indexFolder, generation);
  try {
    const files = generationFiles(folder);
    const meta = readMetaHead(files.meta);
    const { words, problem } = openWords(folder, meta.sha256);
    words?.close();
    return toFacts(generation, meta, fs.statSync(files.index).size, problem);
  } catch {
    return null;
  }
}
