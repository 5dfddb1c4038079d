import t from 'tap';
import { EmbeddingOutage } from '../../src/embedding/embedder.ts';
import { createHurriedEmbedding } from '../../src/index/hurried-embedding.ts';
import { createSearcher } from '../../src/index/searcher.ts';
import { createBest } from '../../src/index/nearest.ts';
import type { BestOf } from '../../src/words/word-index.ts';

/** The ids of the best rows when their scores arrive three at a time. */
function pick(ids: string[], scores: Float32Array, of: Partial<BestOf> & { wanted: number }) {
  const vectors = ids.map((entity_id) => ({ entity_id }));
  const { best, offer } = createBest(vectors, { isWanted: () => true, ...of });
  for (let first = 0; first < scores.length; first += 3) offer(scores.subarray(first, first + 3), first);
  return best.map(({ row }) => ids[row]);
}

const ids = ['d', 'a', 'c', 'b', 'e'];
const scores = Float32Array.of(1, 2, 1, 1, 3);

t.test('the best rows are ordered by score, then by id', (t) => {
  t.same(pick(ids, scores, { wanted: 5 }), ['e', 'a', 'b', 'c', 'd']);
  t.same(pick(ids, scores, { wanted: 3 }), ['e', 'a', 'b']);
  t.same(pick(ids, scores, { wanted: 9 }), ['e', 'a', 'b', 'c', 'd'], 'fewer than wanted');
  t.same(pick(ids, scores, { wanted: 2, isWanted: (row) => row !== 4 }), ['a', 'b']);
  t.end();
});

t.test('the best of many rows equal those of a full sort', (t) => {
  const many = Array.from({ length: 3000 }, (_, i) => `E${(i * 7919) % 3000}`);
  const each = Float32Array.from(many, (_, i) => ((i * 104_729) % 97) / 97);
  const sorted = [...many.keys()].sort(
    (a, b) =>
      (each[b] as number) - (each[a] as number) || ((many[a] as string) < (many[b] as string) ? -1 : 1),
  );
  t.same(
    pick(many, each, { wanted: 50 }),
    sorted.slice(0, 50).map((row) => many[row]),
  );
  t.end();
});

t.test('a hurried search waits little for an embedding, and not at all after an outage', async (t) => {
  // The limit's timer does not hold the process.
  const hold = setInterval(() => {}, 60_000);
  t.teardown(() => clearInterval(hold));
  let now = 0;
  let calls = 0;
  const { hurried, patient } = createHurriedEmbedding({ maxMs: 1, pauseMs: 30_000, now: () => now });
  let answer = (_: Float32Array) => {};
  const hangs = () => {
    calls++;
    return new Promise<Float32Array>((resolve) => {
      answer = resolve;
    });
  };
  const answers = () => Promise.resolve(Float32Array.of(1));
  await t.rejects(hurried(hangs), { code: 'temporary', words: 'it has not answered within 0.0 s.' });
  now = 29_999;
  await t.rejects(hurried(hangs), EmbeddingOutage);
  t.equal(calls, 1, 'the pause spares the call');
  now = 30_000;
  t.same(await hurried(answers), [1]);
  await t.rejects(
    patient(() => Promise.reject(new EmbeddingOutage('Down.'))),
    { message: 'Down.' },
  );
  await t.rejects(hurried(answers), { message: 'Down.' });
  t.same(await patient(answers), [1], 'a search by meaning asks');
  t.same(await hurried(answers), [1], 'and ends the pause');
  await t.rejects(hurried(hangs), EmbeddingOutage);
  answer(Float32Array.of(2));
  await new Promise(setImmediate);
  t.same(await hurried(answers), [1], 'a late answer does, too');
  const ofText = () => Promise.reject(new EmbeddingOutage('Too long.', { reason: 'text' }));
  await t.rejects(hurried(ofText), { message: 'Too long.' });
  t.same(await hurried(answers), [1], 'a text at fault is no outage of the service');
});

/** Searches an empty index, with a word index that ends with `fault`. */
function searcherOf(fault: () => void, hasWords = true, isLexical = false) {
  const closed: string[] = [];
  const find = () => {
    fault();
    return [];
  };
  const ask = () => Object.assign(find, { isPartial: () => false });
  const words = { ask, unknownOf: () => [], count: () => 0, written: { count: 0 } };
  const opened = { ...words, close: () => void closed.push('closed') };
  const rows = { experience: new Map(), manual: new Map() };
  const search = createSearcher({
    index: {
      dimension: 1,
      meta: { vectors: [] },
      rows,
      isOrphan: new Uint8Array(),
      score: () => new Float32Array(),
    },
    opened: hasWords ? { words: opened, problem: null } : { words: null, problem: 'None.' },
    library: { categoriesOf: () => new Map() } as never,
    model: { name: 'm', isLexical },
    pause: () => Promise.resolve(),
  });
  return { search, closed };
}

const embed = () => Promise.resolve(Float32Array.of(1));

t.test('only words that can answer make a search hurry', async (t) => {
  const hurries: boolean[] = [];
  for (const hasWords of [true, false]) {
    const { search } = searcherOf(() => {}, hasWords);
    for (const mode of ['best', 'meaning'] as const)
      await search({ query: 'x', mode }, (isHurried) => {
        hurries.push(isHurried);
        return embed();
      });
  }
  t.same(hurries, [true, false, false, false]);
});

t.test('a search without letters has no meaning to compare by letters', async (t) => {
  const { search } = searcherOf(() => {}, true, true);
  const notesOf = async (query: string, mode: 'best' | 'meaning') =>
    (await search({ query, mode }, embed)).notes;
  t.same(await notesOf('{{}}', 'best'), [
    'The search has no letters or digits, so only its signs were searched.',
  ]);
  t.same(await notesOf('{{}}', 'meaning'), ['The search has no letters or digits to compare. Type a word.']);
  t.same(await notesOf('x', 'meaning'), []);
});

t.test('damaged words are closed and not used again; words that are busy are', async (t) => {
  let code: string | null = 'SQLITE_BUSY';
  let asked = 0;
  const { search, closed } = searcherOf(() => {
    asked++;
    if (code !== null) throw Object.assign(new Error('raw'), { code });
  });
  for (const passing of ['SQLITE_BUSY', 'SQLITE_IOERR_READ', 'SQLITE_CANTOPEN', 'EMFILE']) {
    code = passing;
    const { notes } = await search({ query: 'x' }, embed);
    t.same(notes, ['The word index cannot be read now. Only meaning was searched. Try again.'], passing);
    await t.rejects(search({ query: 'x', mode: 'words' }, embed), {
      code: 'temporary',
      message: 'The word index cannot be read now. Try again, or search by meaning.',
    });
  }
  code = null;
  t.same((await search({ query: 'x' }, embed)).notes, []);
  t.same(closed, []);
  code = 'SQLITE_CORRUPT';
  asked = 0;
  for (let at = 0; at < 2; at++) {
    const { notes } = await search({ query: 'x' }, embed);
    t.same(notes, ['The word index is damaged. Only meaning was searched. Rebuild the index.']);
  }
  t.equal(asked, 1);
  t.same(closed, ['closed']);
});
