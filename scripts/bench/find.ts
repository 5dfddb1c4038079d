// How well and how fast the word index finds, beside plain FTS5 with bm25 over the same entries in the same run.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { entryTables, type Kind } from '../../src/library/content.ts';
import { fuse } from '../../src/words/word-fusion.ts';
import { toWordEntry, type WordEntry, wordIndexName } from '../../src/words/word-index.ts';
import { writeWordIndex } from '../../src/words/word-repository.ts';
import { openWordIndex } from '../../src/words/word-search.ts';
import { parseCsv } from '../../src/csv/csv.ts';
import { createRandom } from '../random.ts';
import { buildPlain } from './find-repository.ts';
import type { BenchOptions, Figure, Workload } from './workload.ts';

export const findWorkload: Workload = {
  name: 'find',
  title: 'words found, beside plain FTS5 (needs --library, and search/pairs.tsv beside it)',
  run: (options) => measure(options, null),
};

export const findMillionWorkload: Workload = {
  name: 'find-million',
  title: 'the same over 1,000,000 entries (needs 2 GB of disk)',
  run: (options) => measure(options, 1_000_000),
};

type Entry = WordEntry & { kind: Kind };
/** Returns rows, the best first. `rows`: all that can be wanted, if they are few. */
type Find = (query: string, wanted: number, isWanted: (row: number) => boolean, rows?: number[]) => number[];
type Both<Value> = { ours: Value; plain: Value };

async function measure({ library }: BenchOptions, size: number | null): Promise<Figure[]> {
  const pairs = library === null ? '' : path.join(library, '../search/pairs.tsv');
  if (library === null || !fs.existsSync(pairs)) {
    console.log('  skipped: there is no --library with search/pairs.tsv beside it');
    return [];
  }
  const [, ...lines] = fs.readFileSync(pairs, 'utf8').trim().split('\n');
  const asked = lines.map((line) => line.split('\t') as [query: string, title: string]);
  const entries = readEntries(library);
  const work = fs.mkdtempSync(path.join(os.tmpdir(), 'chl-bench-'));
  try {
    const { finds, build } = prepare(work, () => repeat(entries, size ?? entries.length));
    const queries = asked.map(([query]) => query);
    if (size !== null) return [build, ...compareTimes(finds, queries.slice(0, 60), size, 200)];
    return [
      ...comparePairs(finds, entries, asked, 'manual'),
      ...comparePairs(finds, entries, asked, null),
      compareOwnTitles(finds, entries),
      ...compareTimes(finds, queries, entries.length, 25),
      build,
    ];
  } finally {
    fs.rmSync(work, { recursive: true });
  }
}

/** Searches as mode best does without a service; the vectors would only follow. */
function prepare(work: string, all: () => Iterable<Entry>) {
  const started = performance.now();
  const { bytes } = writeWordIndex(path.join(work, wordIndexName), all());
  const built = performance.now();
  const plain = buildPlain(path.join(work, 'plain.db'), all());
  const ms: Both<number> = { ours: built - started, plain: performance.now() - built };
  const index = openWordIndex(path.join(work, wordIndexName));
  const ours: Find = (query, limit, isWanted, rows) => {
    const words = index.ask(query)({ wanted: 50, isWanted, ...(rows && { rows }) });
    return fuse(words, [], { isLexical: true, minMeaning: 0, limit }).map(({ row }) => row);
  };
  const toText = (took: number, size: number) =>
    `${(took / 1000).toFixed(2)} s, ${(size / 1e6).toFixed(0)} MB`;
  const build: Figure = {
    workload: 'word index: built',
    ours: toText(ms.ours, bytes),
    reference: toText(ms.plain, plain.bytes),
    ratio: ms.ours / ms.plain,
    target: '≤ 2 s for 40,000',
    isMet: null,
  };
  const finds: Both<Find> = { ours, plain: plain.find };
  return { finds, build };
}

function comparePairs(finds: Both<Find>, entries: Entry[], pairs: [string, string][], kind: Kind | null) {
  const isWanted = (row: number) => kind === null || entries[row]?.kind === kind;
  const measureOne = (find: Find) => {
    const places = pairs.map(([query, title]) => {
      const titles = new Set(find(query, 50, isWanted).map((row) => entries[row]?.title));
      return [...titles].slice(0, 10).indexOf(title) + 1;
    });
    const found = places.filter((place) => place > 0);
    return {
      mrr: found.reduce((sum, place) => sum + 1 / place, 0) / pairs.length,
      ten: found.length / pairs.length,
    };
  };
  const [ours, plain] = [measureOne(finds.ours), measureOne(finds.plain)];
  const among = kind === null ? 'all kinds' : `kind ${kind}`;
  return [
    toShares(`MRR@10, ${among}`, { ours: ours.mrr, plain: plain.mrr }, kind === null ? 0 : 0.56),
    toShares(`in ten, ${among}`, { ours: ours.ten, plain: plain.ten }, kind === null ? 0 : 0.7),
  ];
}

/** The share of random entries with a unique title that are first for the words of their title in another order. */
function compareOwnTitles(finds: Both<Find>, entries: Entry[]): Figure {
  const counts = new Map<string, number>();
  for (const { title } of entries) counts.set(title, (counts.get(title) ?? 0) + 1);
  const unique = entries.filter(({ title }) => counts.get(title) === 1);
  const random = createRandom(11);
  const chosen = Array.from({ length: 1000 }, () => unique[random(unique.length)] as Entry);
  const shuffled = chosen.map(({ title }) =>
    title
      .toLowerCase()
      .split(' ')
      .map((word) => ({ word, at: random(1000) }))
      .sort((one, other) => one.at - other.at)
      .map(({ word }) => word)
      .join(' '),
  );
  const share = (find: Find) =>
    chosen.filter(({ row }, at) => find(shuffled[at] ?? '', 1, () => true)[0] === row).length / chosen.length;
  return toShares(
    'first by the words of its title',
    { ours: share(finds.ours), plain: share(finds.plain) },
    0.95,
  );
}

type Filter = { name: string; isWanted: (row: number) => boolean; rows?: number[] };

/** All entries; those of a category of a few hundred, whose rows are known; those of one that is rare but not small. */
function compareTimes(finds: Both<Find>, queries: string[], size: number, maxMs: number): Figure[] {
  const every = Math.ceil(size / 400);
  const fewRows = Array.from({ length: Math.ceil(size / every) }, (_, at) => at * every);
  const filters: Filter[] = [
    { name: '', isWanted: () => true },
    { name: ', in 400 of them', isWanted: (row) => row % every === 0, rows: fewRows },
    { name: ', in 1 of 50', isWanted: (row) => row % 50 === 0 },
    { name: ', in 1 of 700', isWanted: (row) => row % 700 === 0 },
  ];
  return filters.map((filter) => compareFiltered(finds, queries, filter, { size, maxMs }));
}

function compareFiltered(
  finds: Both<Find>,
  queries: string[],
  { name: filter, isWanted, rows }: Filter,
  { size, maxMs }: { size: number; maxMs: number },
): Figure {
  const times: Both<number[]> = { ours: [], plain: [] };
  const cpu: number[] = [];
  for (const query of queries) {
    for (const name of ['ours', 'plain'] as const) {
      const [started, used] = [performance.now(), process.cpuUsage()];
      finds[name](query, 10, isWanted, rows);
      times[name].push(performance.now() - started);
      const { user, system } = process.cpuUsage(used);
      if (name === 'ours') cpu.push((user + system) / 1000);
    }
  }
  const p95 = (all: number[]) => all.toSorted((a, b) => a - b)[Math.floor(all.length * 0.95)] ?? Number.NaN;
  const [ours, plain] = [p95(times.ours), p95(times.plain)];
  return {
    workload: `find: p95 of ${queries.length} queries, ${size.toLocaleString('en')} entries${filter}`,
    ours: `${ours.toFixed(1)} ms`,
    reference: `${plain.toFixed(1)} ms`,
    ratio: ours / plain,
    target: `≤ ${maxMs} ms`,
    isMet: ours <= maxMs,
    note: `CPU p95 ${p95(cpu).toFixed(1)} ms; ${os.loadavg()[0]?.toFixed(1)} processes wanted ${os.cpus().length} cores`,
  };
}

function toShares(name: string, { ours, plain }: Both<number>, min: number): Figure {
  return {
    workload: `find: ${name}`,
    ours: ours.toFixed(3),
    reference: plain.toFixed(3),
    ratio: ours / plain,
    target: min === 0 ? '≥ the reference' : `≥ ${min}`,
    isMet: ours >= min && ours >= plain,
  };
}

function readEntries(library: string): Entry[] {
  const read = (kind: Kind, file: string) => {
    const [header = [], ...records] = parseCsv(fs.readFileSync(path.join(library, file)), ',').records;
    const { body, note } = entryTables[kind];
    const [titleAt, bodyAt, noteAt] = ['title', body, note].map((name) => header.indexOf(name));
    const cell = (record: string[], at: number | undefined) => record[at ?? -1] ?? '';
    return records.map((record) => ({
      kind,
      title: cell(record, titleAt),
      body: cell(record, bodyAt),
      note: cell(record, noteAt),
    }));
  };
  const texts = [...read('experience', 'experiences.csv'), ...read('manual', 'manuals.csv')];
  return texts.map((text, row) => ({ ...toWordEntry(row, text), kind: text.kind }));
}

/** The entries over and over, each round with other titles. */
function* repeat(entries: Entry[], size: number): Generator<Entry> {
  for (let row = 0; row < size; row++) {
    const entry = entries[row % entries.length] as Entry;
    const round = Math.floor(row / entries.length);
    yield round === 0 ? entry : { ...entry, row, title: `${entry.title} ${round}` };
  }
}
