// P13: a library of a million entries, or of `--entries`, step by step beside one of 40,000 in the same run.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { builtIn } from '../../src/embedding/built-in.ts';
import { generateSheet } from './generate.ts';
import { importInto } from './import.ts';
import { type Served, serveLibrary } from './million-server.ts';
import { replicateSheet } from './replicate.ts';
import type { BenchOptions, Figure, Workload } from './workload.ts';

export const millionWorkload: Workload = {
  name: 'million',
  title: 'P13, a million entries beside 40,000 (needs 12 GB of disk and 8 GB of memory)',
  isOnDemand: true,
  run,
};

const fewEntries = 40_000;
const maxGrowth = 1.3;
const megabyte = 1e6;

type Measured = { entries: number; first: Imported; again: Imported } & Served;
type Imported = Awaited<ReturnType<typeof importInto>>;

async function run({ library, entries = 1_000_000 }: BenchOptions): Promise<Figure[]> {
  const work = fs.mkdtempSync(path.join(os.tmpdir(), 'chl-bench-'));
  try {
    const source = library ?? path.join(work, 'source');
    if (!library) generateSheet(source);
    const few = await measure(work, source, fewEntries);
    const many = await measure(work, source, entries);
    return [...stepFigures(few, many), ...memoryFigures(few, many), ...waitFigures(few, many)];
  } finally {
    fs.rmSync(work, { recursive: true });
  }
}

async function measure(work: string, source: string, entries: number): Promise<Measured> {
  const sheet = path.join(work, `sheet-${entries}`);
  const root = path.join(work, `root-${entries}`);
  replicateSheet(source, sheet, entries);
  const first = await importInto(root, sheet);
  const again = await importInto(root, sheet);
  const served = await serveLibrary(root, sheet);
  fs.rmSync(sheet, { recursive: true });
  fs.rmSync(root, { recursive: true });
  return { entries, first, again, ...served };
}

/** Time an entry, which stays the same where the time grows with the number of entries. */
function stepFigures(few: Measured, many: Measured): Figure[] {
  const step = (name: string, msOf: (measured: Measured) => number, note?: string): Figure => {
    const growth = msOf(many) / many.entries / (msOf(few) / few.entries);
    return {
      workload: `${name}, ${nameSize(many)}`,
      ours: describeSec(msOf(many)),
      reference: `${describeSec(msOf(few))} (${nameSize(few)})`,
      ratio: growth,
      target: `≤ ${maxGrowth} an entry`,
      isMet: growth <= maxGrowth,
      ...(note === undefined ? {} : { note }),
    };
  };
  return [
    step('import, processor time', ({ first }) => first.cpuMs),
    step('import', ({ first }) => first.ms),
    step('import again, unchanged, processor time', ({ again }) => again.cpuMs),
    step('import again, unchanged', ({ again }) => again.ms),
    step('embed, two workers', ({ embedMs }) => embedMs),
    step('index with words', ({ indexMs }) => indexMs, 'the whole job: build, words, verify, switch'),
    step('search, median', ({ searchMs }) => searchMs),
    step('search, 95 %', ({ searchP95Ms }) => searchP95Ms),
    step('start until /health', ({ startMs }) => startMs),
    step('start until the index answers', ({ readyMs }) => readyMs),
    ...Object.keys(many.pagesMs).map((page) => step(page, ({ pagesMs }) => pagesMs[page] ?? Number.NaN)),
  ];
}

function memoryFigures(few: Measured, many: Measured): Figure[] {
  const vectors = many.entries * builtIn.dimension * 4;
  const peak = ({ first, again }: Measured) => Math.max(first.peakBytes, again.peakBytes);
  return [
    {
      workload: 'peak memory of the import',
      ours: describeMb(peak(many)),
      reference: `${describeMb(peak(few))} (${nameSize(few)})`,
      ratio: peak(many) / peak(few),
      target: '≤ 400 MB',
      isMet: peak(many) <= 400 * megabyte,
    },
    {
      workload: 'peak memory of the server',
      ours: describeMb(many.peakBytes),
      reference: `${describeMb(vectors)} (the vectors)`,
      ratio: many.peakBytes / vectors,
      target: '≤ 2.5',
      isMet: many.peakBytes <= 2.5 * vectors,
      note: `${describeMb(many.rssBytes)} at rest; a switch holds both generations`,
    },
  ];
}

function waitFigures(few: Measured, many: Measured): Figure[] {
  const afterStart = many.firstMs.start / many.searchMs;
  const afterSwitch = many.firstMs.switch / many.searchMs;
  const first = (when: string, ms: number, ratio: number): Figure => ({
    workload: `first search after ${when}`,
    ours: describeMs(ms),
    reference: `${describeMs(many.searchMs)} (usual)`,
    ratio,
    target: '≤ 3',
    isMet: ratio <= 3,
  });
  return [
    first('a start', many.firstMs.start, afterStart),
    first('a switch', many.firstMs.switch, afterSwitch),
    ...Object.entries(many.stallsMs).map(([phase, { ours, idle }]) => ({
      workload: `longest stall of the server: ${phase}`,
      ours: describeMs(ours),
      reference: `${describeMs(idle)} (an idle process), ${describeMs(few.stallsMs[phase]?.ours ?? Number.NaN)} (${nameSize(few)})`,
      ratio: ours / idle,
      target: '≤ 50 ms',
      isMet: ours <= 50,
    })),
  ];
}

const nameSize = ({ entries }: Measured) => `${entries.toLocaleString('en')} entries`;
const describeSec = (ms: number) => (ms < 1000 ? describeMs(ms) : `${(ms / 1000).toFixed(1)} s`);
const describeMs = (ms: number) => `${ms.toFixed(1)} ms`;
const describeMb = (bytes: number) => `${Math.round(bytes / megabyte)} MB`;
