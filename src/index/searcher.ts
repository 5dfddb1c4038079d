// Searches one generation by words, by meaning, or by both, as far as its word index and the embedder allow: notes say what is
// missing. The server's thread and the scripts search through it.
import { AppError } from '../core/errors.ts';
import { explain } from '../core/faults.ts';
import { type Embedder, EmbeddingOutage, type Model, ModelChange } from '../embedding/embedder.ts';
import type { Means, SearchWords } from './candidates.ts';
import type { Pause } from './nearest.ts';
import type { IndexRepository } from './repository.ts';
import { createIndexSearch, type Hit, type Searchable } from './search.ts';
import type { SearchMode, SearchQuery } from './search-query.ts';
import type { WordIndex, WordSearch } from '../words/word-index.ts';
import { describeFault, isPassing, type OpenedWords } from './words.ts';

type Given = {
  index: Searchable;
  opened: OpenedWords;
  library: IndexRepository;
  model: Pick<Model, 'name' | 'isLexical'>;
  pause: Pause;
};

/** `problem`: why there are no words. `next`: the next step then. */
type Using = { words: WordIndex | null; problem: string; next: 'Rebuild the index' | 'Try again' };

type Embed = (isHurried: boolean) => Promise<Float32Array>;

/** `vector` is null when only words were searched. `otherDimension`: how many numbers the model gives now, if the index has
 *  another number. */
export type Searched = Awaited<ReturnType<ReturnType<typeof createSearcher>>>;

/** The returned function takes the embedding of the query as `embed`, and calls it unless only words are searched; `isHurried`:
 *  words can answer without it. It throws `index_missing` for words without a word index, `temporary` for one that cannot be read
 *  now, and the error of `embed` where words cannot replace it. */
export function createSearcher({ index, opened, library, model, pause }: Given) {
  const searchIndex = createIndexSearch(index, library, pause);
  let using: Using = { words: opened.words, problem: opened.problem ?? '', next: 'Rebuild the index' };

  return async (query: SearchQuery, embed: Embed) => {
    const { mode = 'best' } = query;
    if (mode === 'words' && !using.words) throw wordsMissing(using);
    const embedded =
      mode === 'words'
        ? notEmbedded
        : await tryEmbed({ index, model }, () => embed(mode === 'best' && using.words !== null));
    try {
      return await search({ ...query, mode }, embedded, using);
    } catch (error) {
      if (!(error instanceof WordsFailure)) throw error;
      const without = withoutWords(error.cause);
      if (mode === 'words') throw wordsMissing(without);
      return search({ ...query, mode }, embedded, without);
    }
  };

  /** After damage, no later search uses the words; after another fault, the next one does. */
  function withoutWords(fault: unknown): Using {
    // Another search has noticed the damage meanwhile.
    if (!using.words) return using;
    const problem = describeFault(fault);
    if (isPassing(fault)) return { words: null, problem, next: 'Try again' };
    using.words.close();
    using = { words: null, problem, next: 'Rebuild the index' };
    return using;
  }

  async function search(
    { mode, ...query }: SearchQuery & { mode: SearchMode },
    embedded: Embedded,
    using: Using,
  ) {
    const { vector, otherDimension } = embedded;
    const { words } = using;
    const ask = words?.ask(query.query);
    const means = chooseMeans({ mode, query: query.query, ask, embedded }, model.isLexical);
    const { hits, facets } = means ? await searchIndex({ ...query, means }) : nothing;
    const unknown =
      words && means?.mode !== 'meaning'
        ? guard(() => words.unknownOf(query.query)).slice(0, maxUnknown)
        : [];
    const notes = [
      ...describeFallbacks(mode, using, embedded),
      ...describeSigns(query.query, means),
      ...(ask?.isPartial() ? [partial] : []),
      ...describeHits(hits, unknown),
    ];
    return { hits, facets, mode, notes, vector, otherDimension };
  }
}

type Choice = { mode: SearchMode; query: string; ask: WordSearch | undefined; embedded: Embedded };

/** Null when nothing can be compared. */
function chooseMeans({ mode, query, ask, embedded }: Choice, isLexical: boolean): Means | null {
  const { vector } = embedded;
  const words: SearchWords | null = ask ? (of) => guard(() => ask(of)) : null;
  if (isLexical && !hasLetters(query)) return words && mode !== 'meaning' ? { mode: 'words', words } : null;
  if (words && vector && mode === 'best') return { mode, words, vector, isLexical };
  if (vector) return { mode: 'meaning', vector };
  if (words && mode !== 'meaning') return { mode: 'words', words };
  throw embedded.error;
}

function describeFallbacks(mode: SearchMode, { words, problem, next }: Using, { note }: Embedded): string[] {
  if (mode !== 'best') return [];
  return [words ? '' : `${problem} Only meaning was searched. ${next}.`, note].filter(Boolean);
}

const nothing = { hits: [], facets: { kinds: [], categories: [] } };

const hasLetters = (text: string): boolean => /[\p{L}\p{N}]/u.test(text);

const partial = 'Very many entries have these words, so only some were compared. Add a rarer word.';

function describeSigns(query: string, means: Means | null): string[] {
  if (hasLetters(query)) return [];
  if (means === null) return ['The search has no letters or digits to compare. Type a word.'];
  if (means.mode === 'words')
    return ['The search has no letters or digits, so only its signs were searched.'];
  return [];
}

/** `unknown`: the words of the query that no entry has. */
function describeHits(hits: Hit[], unknown: string[]): string[] {
  const isWeak = hits.length > 0 && hits.every(({ weak }) => weak);
  return [
    ...(unknown.length > 0 ? [`No entry has ${unknown.map((word) => `“${word}”`).join(', ')}.`] : []),
    ...(isWeak ? ['Nothing matches well. Try other words.'] : []),
  ];
}

type Embedded = { vector: Float32Array | null; note: string; error: unknown; otherDimension: number | null };

const notEmbedded: Embedded = { vector: null, note: '', error: null, otherDimension: null };

async function tryEmbed(
  { index, model }: Pick<Given, 'index' | 'model'>,
  embed: () => Promise<Float32Array>,
): Promise<Embedded> {
  try {
    const vector = await embed();
    if (vector.length === index.dimension) return { ...notEmbedded, vector };
    const found = `${model.name} now gives ${vector.length} numbers; the index has ${index.dimension}`;
    return {
      vector: null,
      note: `${found}, so only words were searched. Rebuild the index.`,
      error: new AppError('temporary', `${found}. Rebuild the index.`, { dimension: vector.length }),
      otherDimension: vector.length,
    };
  } catch (error) {
    return { vector: null, note: describeFailure(error), error, otherDimension: null };
  }
}

/** The vector of a text. A model that says it has changed is opened anew: it then gives as many numbers as it has now. */
export async function embedText(model: Model | Embedder, text: string): Promise<Float32Array> {
  const embed = async () => {
    const embedder = 'embed' in model ? model : await model.open();
    return (await embedder.embed([text]))[0] ?? new Float32Array();
  };
  try {
    return await embed();
  } catch (error) {
    if (error instanceof ModelChange) return embed();
    throw error;
  }
}

class WordsFailure extends Error {}

function guard<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new WordsFailure('The word index cannot be read.', { cause });
  }
}

const maxUnknown = 5;

function wordsMissing({ problem, next }: Using) {
  const code = next === 'Try again' ? 'temporary' : 'index_missing';
  return new AppError(code, `${problem} ${next}, or search by meaning.`);
}

function describeFailure(error: unknown): string {
  if (error instanceof EmbeddingOutage)
    return `The embedding service does not answer, so only words were searched: ${error.words}`;
  return `This text could not be embedded, so only words were searched: ${explain(error)}`;
}
