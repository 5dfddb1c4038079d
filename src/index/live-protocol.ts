// What the server's thread and the search thread say to each other: each question by name, with its answer.
import type { Config } from '../core/config.ts';
import type { ErrorCode } from '../core/errors.ts';
import type { EntryKey } from './neighbours.ts';
import type { ListPage, ListQuery } from './list.ts';
import type { Hit, SearchQuery } from './search.ts';
import type { Reason, Standing, Truth } from './state.ts';

/** What a search thread is started with; it serves this one generation (null: none) until it is closed. */
export type ThreadStart = {
  config: Pick<Config, 'databasePath' | 'indexFolder' | 'embedding'>;
  generation: string | null;
  previous: string | null;
};

export type GenerationFacts = {
  generation: string;
  model: string;
  dimension: number;
  vectors: number;
  bytes: number;
  sha256: string;
  built_at: string;
  job_id: string;
};

/** `live` is null without a generation, or when its files cannot be used; then `problem` says why. */
export type LoadAnswer = {
  live: GenerationFacts | null;
  previous: GenerationFacts | null;
  problem: string | null;
};

export type SearchAnswer = { hits: Hit[]; generation: string; took_ms: number };

/** How an entry stands to the index, and the entries whose vectors are nearest to its own; `isInIndex`: a search finds
 *  it, by whichever of its texts. */
export type EntryAnswer = {
  standing: Standing;
  reason: Reason | null;
  isInIndex: boolean;
  neighbours: Hit[];
};

export type Exchange = {
  load: { question: null; answer: LoadAnswer };
  count: { question: null; answer: Truth };
  search: { question: SearchQuery; answer: SearchAnswer };
  list: { question: ListQuery; answer: ListPage };
  entry: { question: EntryKey; answer: EntryAnswer };
  close: { question: null; answer: null };
};

export type Question = {
  [Name in keyof Exchange]: { id: number; name: Name; question: Exchange[Name]['question'] };
}[keyof Exchange];

export type Reply =
  | { id: number; answer: Exchange[keyof Exchange]['answer'] }
  | { id: number; error: { code: ErrorCode; message: string } };
