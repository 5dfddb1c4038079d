// A server on an imported library: embeds, builds the index, searches, shows pages, imports the sheet again, and starts anew.
import { setTimeout as after } from 'node:timers/promises';
import { startServer } from './process.ts';
import { maxStall } from './server-lag.ts';
import { median } from './workload.ts';

/** `readyMs`: until the index answers. `firstMs`: the first search once it does. Stalls of the server
 *  and of this process, which has nearly nothing to do, by what the server did meanwhile. */
export type Served = {
  embedMs: number;
  indexMs: number;
  startMs: number;
  readyMs: number;
  searchMs: number;
  searchP95Ms: number;
  firstMs: { start: number; switch: number };
  pagesMs: Record<string, number>;
  stallsMs: Record<string, { ours: number; idle: number }>;
  rssBytes: number;
  peakBytes: number;
};

type Server = Awaited<ReturnType<typeof startServer>>;

const pollMs = 100;
const searches = 101;
const pageLoads = 5;
const idleMs = 5000;
const pages = ['/operations', '/jobs', '/library', '/library?q=list+all+files', '/library?state=fresh'];
const words =
  'list show remove create file folder branch commit remote path output format service build log'.split(' ');
const firstQuery = 'compress a folder quickly';
const env = { CHL_WORKERS: '2', CHL_OPERATIONS_MODE: 'scripts' };

export async function serveLibrary(root: string, sheet: string): Promise<Served> {
  const stallsMs: Served['stallsMs'] = {};
  let server = await start(root, sheet);
  const during = async <Result>(phase: string, work: () => Promise<Result>) => {
    await server.probe();
    const working: { result?: Result } = {};
    const idle = await maxStall(async () => {
      working.result = await work();
    });
    stallsMs[phase] = { ours: (await server.probe()).stallMs, idle };
    return working.result as Result;
  };
  try {
    const embedMs = await during('embedding', () => timed(() => untilEmbedded(server)));
    const indexMs = await during('index', () => timed(() => runJob(server, 'index', {})));
    // Only the second switch meets a generation that is in use.
    await during('switch', () => runJob(server, 'index', {}));
    await untilReady(server);
    const first = await during('first search', () => timed(() => search(server, firstQuery)));
    const times = await during('searches', () => searchAll(server));
    const pagesMs = await during('pages', () => loadPages(server));
    await during('import', () => runJob(server, 'import', { path: sheet, mode: 'merge' }));
    await after(idleMs);
    const idle = await server.probe();
    await server.end();
    const startedAt = performance.now();
    server = await start(root, sheet);
    const startMs = performance.now() - startedAt;
    await untilReady(server);
    const readyMs = performance.now() - startedAt;
    const afterStart = await during('first search after a start', () =>
      timed(() => search(server, firstQuery)),
    );
    const p95 = times.toSorted((one, other) => one - other)[Math.floor(times.length * 0.95)] ?? Number.NaN;
    return {
      embedMs,
      indexMs,
      startMs,
      readyMs,
      searchMs: median(times),
      searchP95Ms: p95,
      firstMs: { start: afterStart, switch: first },
      pagesMs,
      stallsMs,
      rssBytes: idle.rssBytes,
      peakBytes: idle.peakBytes,
    };
  } finally {
    await server.end();
  }
}

function start(root: string, sheet: string) {
  return startServer(root, { ...env, CHL_IMPORT_ROOTS: sheet });
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

async function untilEmbedded(server: Server) {
  for (let left = 1; left > 0; await after(pollMs)) {
    const { pending } = await getJson(server, '/api/v1/queue');
    left = pending.total ?? pending;
  }
}

async function untilReady(server: Server) {
  for (let state = ''; state !== 'ready' && state !== 'behind'; await after(pollMs))
    state = (await getJson(server, '/api/v1/index')).state;
}

function search(server: Server, query: string): Promise<unknown> {
  return getJson(server, `/api/v1/search?q=${encodeURIComponent(query)}`);
}

/** Each query is another one, so that none is answered from the cache. */
async function searchAll(server: Server): Promise<number[]> {
  const times: number[] = [];
  for (let turn = 0; turn < searches; turn++) {
    const [one, other] = [turn, turn * 7 + 3].map((at) => words[at % words.length]);
    times.push(await timed(() => search(server, `${one} ${other} number ${turn}`)));
  }
  return times;
}

async function loadPages(server: Server): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const page of pages) {
    const times: number[] = [];
    for (let load = 0; load < pageLoads; load++) times.push(await timed(() => get(server, page)));
    found[page] = median(times);
  }
  return found;
}

async function runJob(server: Server, operation: string, args: object) {
  const body = JSON.stringify({ args, reason: 'a bench', confirm: operation, when_locked: 'wait' });
  const headers = { 'content-type': 'application/json' };
  const job = await getJson(server, `/api/v1/operations/${operation}`, { method: 'POST', headers, body });
  for (;;) {
    const { status, failure } = await getJson(server, `/api/v1/operations/jobs/${job.number}`);
    if (status === 'succeeded') return;
    if (status === 'failed') throw new Error(`${operation} failed: ${failure?.message}`);
    await after(pollMs);
  }
}

async function getJson(server: Server, path: string, init?: RequestInit): Promise<any> {
  return JSON.parse(await get(server, path, init));
}

async function get({ origin }: Server, path: string, init?: RequestInit): Promise<string> {
  const answer = await fetch(origin + path, init);
  if (answer.ok) return answer.text();
  throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
}
