// The messages between the server's thread and a search thread: each question by name, with its answer.
import type { Config } from '../core/config.ts';
import type { CountUsage } from '../cost-store/usage-item.ts';
import type { EntryKey } from '../embedding/queue.ts';
import type { ListPage, ListQuery } from './list.ts';
import type { StatementCount } from '../log-store/statement-counts.ts';
import type { IndexMeta } from './meta.ts';
import type { Similar } from './search.ts';
import type { Searched } from './searcher.ts';
import type { SearchQuery } from './search-query.ts';
import type { SyncCounts, SyncReason, SyncState } from './sync-state.ts';

/** A search thread serves this one generation (null: none) until it is closed. */
export type ThreadStart = {
  config: Pick<
    Config,
    | 'databasePath'
    | 'opsDatabasePath'
    | 'backupPath'
    | 'indexFolder'
    | 'embedding'
    | 'embeddingQueue'
    | 'slowStatementMs'
  >;
  generation: string | null;
  previous: string | null;
};

/** Sent unasked: the statements of some seconds, or the tokens of the embedding of a search. */
export type ThreadReport = { statements: StatementCount[] } | { usage: Parameters<CountUsage> };

export type GenerationFacts = Pick<IndexMeta, 'model' | 'dimension' | 'sha256' | 'built_at' | 'job_id'> & {
  generation: string;
  vectors: number;
  bytes: number;
  /** Why search finds no words, in one sentence; null when it does. */
  words_problem: string | null;
};

/** `live` is null without a generation, and when its files cannot be used; `problem` says why. */
export type LoadAnswer = {
  live: GenerationFacts | null;
  previous: GenerationFacts | null;
  problem: string | null;
};

/** `notes`: sentences about the search, such as which part of it was not possible. */
export type SearchAnswer = Pick<Searched, 'hits' | 'facets' | 'mode' | 'notes'> & {
  generation: string;
  took_ms: number;
};

/** `vector`: the one that the model has given for this text before, if it is known. `traceparent`: of the request that
 *  searches, for an embedding service. */
export type SearchQuestion = SearchQuery & {
  vector?: Float32Array | undefined;
  traceparent: string | null;
};

/** `isInIndex`: a search finds it, by its current or an older text. `neighbours` have the nearest vectors. */
export type EntryAnswer = {
  standing: SyncState;
  reason: SyncReason | null;
  isInIndex: boolean;
  neighbours: Similar[];
};

export type Exchange = {
  load: { question: null; answer: LoadAnswer };
  /** `isExact`: never an older count than the question. */
  count: { question: { isExact: boolean }; answer: SyncCounts };
  search: { question: SearchQuestion; answer: SearchAnswer & Searched };
  list: { question: ListQuery; answer: ListPage };
  entry: { question: EntryKey; answer: EntryAnswer };
  close: { question: null; answer: null };
};
