// P6: download and upload of an index set of about 500 MiB, compared with a server that streams the plain file, and with
// `cp`. The server runs in a separate process, so that its memory and its answers to other clients can be measured.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as after } from 'node:timers/promises';
import { childEnvironment, type Config, packageRoot, readConfig } from '../../src/core/config.ts';
import { prepareLibrary } from '../../src/core/db/library.ts';
import { builtIn } from '../../src/embedding/built-in.ts';
import { scaleToUnit } from '../../src/embedding/vector.ts';
import { writeIndexFile } from '../../src/index/faiss-writer.ts';
import { modelSlug, startGeneration, switchTo } from '../../src/index/generation.ts';
import { type MetaVector, metaFormatVersion, writeMeta } from '../../src/index/meta.ts';
import { type Figure, median, type Workload } from './workload.ts';

export const snapshotWorkload: Workload = {
  name: 'snapshot',
  title: 'P6, download and upload of an index of 310,000 vectors',
  run,
};

const vectors = 310_000;
const rounds = 5;
const mebibyte = 1024 ** 2;

async function run(): Promise<Figure[]> {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'chl-bench-'));
  const config = readConfig({ CHL_EXPERIENCE_ROOT: root, CHL_PORT: '0', CHL_WORKERS: '0' }, '/');
  const index = makeIndex(config);
  const servers: ChildProcess[] = [];
  try {
    const plain = await startPlain(servers, index);
    const ours = await startServer(servers, config);
    const pid = servers.at(-1)?.pid ?? 0;
    const zip = path.join(root, 'set.zip');
    await download(`${ours}/api/v1/index/snapshot?backup=0`, fs.createWriteStream(zip));
    const watched = { origin: ours, pid };
    const downloads = await measure(
      watched,
      rounds,
      () => toNothing(`${ours}/api/v1/index/snapshot?backup=0`),
      () => timed(() => toNothing(plain)),
    );
    const synced: number[] = [];
    const uploads = await measure(
      watched,
      rounds,
      () => upload(ours, zip),
      () => copy(zip, path.join(root, 'copy.zip'), synced),
    );
    const size = `${(fs.statSync(zip).size / mebibyte).toFixed(0)} MiB`;
    return [
      ...figures(`download of ${size}`, downloads, 'plain file', 0.5),
      ...figures(`upload of ${size} with every check`, uploads, 'cp', 0.3),
      besideSync(
        `upload of ${size}, which is on the disk when it is answered`,
        median(uploads.own),
        median(synced),
      ),
    ];
  } finally {
    for (const server of servers) server.kill('SIGKILL');
    fs.rmSync(root, { recursive: true });
  }
}

type Measured = { own: number[]; others: number[]; memoryBytes: number; maxAnswerMs: number };

/** Alternates both sides; the reference measures its own time. Returns also the peak memory above the server's start, and the
 *  longest wait of another client. */
async function measure(
  { origin, pid }: { origin: string; pid: number },
  times: number,
  ours: () => Promise<void>,
  reference: () => Promise<number>,
): Promise<Measured> {
  const [own, others]: [number[], number[]] = [[], []];
  const before = residentBytes(pid);
  let most = before;
  let longest = 0;
  for (let round = 0; round < times; round++) {
    const timer = setInterval(() => {
      most = Math.max(most, residentBytes(pid));
    }, 20);
    const watch = watchAnswers(origin);
    own.push(await timed(ours));
    longest = Math.max(longest, await watch.stop());
    clearInterval(timer);
    others.push(await reference());
  }
  return { own, others, memoryBytes: most - before, maxAnswerMs: longest };
}

function figures(workload: string, measured: Measured, reference: string, target: number): Figure[] {
  const { own, others, memoryBytes, maxAnswerMs } = measured;
  const ratios = own.map((ms, round) => (others[round] ?? Number.NaN) / ms);
  const ratio = median(ratios);
  const grown = memoryBytes / mebibyte;
  return [
    {
      workload,
      ours: `${median(own).toFixed(0)} ms`,
      reference: `${median(others).toFixed(0)} ms (${reference})`,
      ratio,
      target: `≥ ${target}`,
      isMet: ratio >= target,
      note: `one after the other, in turn: ${listRounds(own, others)}; the longest answer of /health meanwhile took ${maxAnswerMs.toFixed(0)} ms`,
    },
    {
      workload: `${workload}: memory of the server`,
      ours: `+${grown.toFixed(0)} MiB`,
      reference: '–',
      ratio: null,
      target: '≤ +64 MiB',
      isMet: grown <= 64,
    },
  ];
}

/** `1340/480` for each round: ours and the reference, in milliseconds. */
function listRounds(own: number[], others: number[]): string {
  return own.map((ms, round) => `${ms.toFixed(0)}/${others[round]?.toFixed(0)}`).join(', ');
}

/** An upload waits for the disk, which `cp` leaves to the system: this shows our share of the ratio. */
function besideSync(workload: string, ms: number, synced: number): Figure {
  return {
    workload,
    ours: `${ms.toFixed(0)} ms`,
    reference: `${synced.toFixed(0)} ms (cp and sync)`,
    ratio: synced / ms,
    target: '–',
    isMet: null,
  };
}

/** Returns the file of the live index. */
function makeIndex(config: Config): string {
  prepareLibrary(config.databasePath).library.close();
  const draft = startGeneration(config.indexFolder, new Date());
  const stem = path.join(draft.folder, `unified_${modelSlug(builtIn.name)}`);
  const { dimension } = builtIn;
  let state = 1;
  const vectorsOf = function* () {
    const vector = new Float32Array(dimension);
    for (let row = 0; row < vectors; row++) {
      for (let i = 0; i < dimension; i++) {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
        vector[i] = state / 2 ** 31;
      }
      yield scaleToUnit(vector) ?? vector;
    }
  };
  const { sha256 } = writeIndexFile(`${stem}.index`, dimension, vectorsOf());
  const content_hash = 'a'.repeat(64);
  const listed = Array.from(
    { length: vectors },
    (_, row): MetaVector => ({ entity_id: `EXP-GIT-20260102-${row}`, kind: 'experience', content_hash }),
  );
  writeMeta(`${stem}.meta.json`, {
    format_version: metaFormatVersion,
    model: builtIn.name,
    model_name: builtIn.name,
    model_version: builtIn.version,
    dimension,
    count: vectors,
    sha256,
    checksum: sha256,
    library_revision: 0,
    job_id: 'bench',
    built_at: new Date().toISOString(),
    version: '0',
    vectors: listed,
  });
  switchTo(config.indexFolder, draft);
  return path.join(config.indexFolder, draft.name, `unified_${modelSlug(builtIn.name)}.index`);
}

async function startServer(servers: ChildProcess[], config: Config): Promise<string> {
  const child = spawn(process.execPath, [path.join(packageRoot, 'dist/src/main.js')], {
    env: childEnvironment(config, { CHL_PORT: '0', CHL_WORKERS: '0', CHL_LOG_LEVEL: 'silent' }),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  servers.push(child);
  return readAddress(child.stderr);
}

/** A server that only streams one file. */
async function startPlain(servers: ChildProcess[], file: string): Promise<string> {
  const code = `
    const [http, fs] = [require('node:http'), require('node:fs')];
    const server = http.createServer((_, reply) => fs.createReadStream(${JSON.stringify(file)}).pipe(reply));
    server.listen(0, '127.0.0.1', () => console.log('http://127.0.0.1:' + server.address().port + '/'));`;
  const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  servers.push(child);
  return readAddress(child.stdout);
}

async function readAddress(stream: NodeJS.ReadableStream | null): Promise<string> {
  let said = '';
  for await (const chunk of stream ?? []) {
    said += chunk;
    const [address] = /http:\/\/[\d.:]+/.exec(said) ?? [];
    if (address !== undefined) return address;
  }
  throw new Error(`The server ended before it listened: ${said}`);
}

async function download(url: string, target: NodeJS.WritableStream) {
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    http.get(url, resolve).once('error', reject);
  });
  if (response.statusCode !== 200) throw new Error(`${url} answered ${response.statusCode}.`);
  await pipeline(response, target);
}

function toNothing(url: string): Promise<void> {
  return download(url, fs.createWriteStream('/dev/null'));
}

async function upload(origin: string, zip: string) {
  const head =
    'content-disposition: form-data; name="snapshot"; filename="set.zip"\r\ncontent-type: application/zip';
  const [start, end] = [`--edge\r\n${head}\r\n\r\n`, '\r\n--edge--\r\n'];
  const length = fs.statSync(zip).size + start.length + end.length;
  const headers = { 'content-type': 'multipart/form-data; boundary=edge', 'content-length': length };
  const request = http.request(`${origin}/api/v1/index/snapshot`, { method: 'POST', headers });
  const answered = new Promise<http.IncomingMessage>((resolve, reject) => {
    request.once('response', resolve).once('error', reject);
  });
  request.write(start);
  await pipeline(fs.createReadStream(zip, { highWaterMark: mebibyte }), request, { end: false });
  request.end(end);
  const response = await answered;
  const text = (await response.toArray()).join('');
  if (response.statusCode !== 202)
    throw new Error(`The upload was answered by ${response.statusCode}: ${text}`);
}

/** Records the time of the copy including its fsync. */
async function copy(from: string, to: string, synced: number[]): Promise<number> {
  const copyMs = await timed(async () => void execFileSync('cp', [from, to]));
  const syncMs = await timed(async () => void execFileSync('sync', [to]));
  synced.push(copyMs + syncMs);
  fs.rmSync(to);
  return copyMs;
}

function watchAnswers(origin: string) {
  let isOver = false;
  let longest = 0;
  const watching = (async () => {
    while (!isOver) {
      longest = Math.max(longest, await timed(() => toNothing(`${origin}/health`)));
      await after(20);
    }
  })();
  return {
    async stop() {
      isOver = true;
      await watching;
      return longest;
    },
  };
}

async function timed(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/** Returns 0 where the system does not report it. */
function residentBytes(pid: number): number {
  const file = `/proc/${pid}/status`;
  if (!fs.existsSync(file)) return 0;
  return Number(/VmRSS:\s+(\d+) kB/.exec(fs.readFileSync(file, 'utf8'))?.[1] ?? 0) * 1024;
}
