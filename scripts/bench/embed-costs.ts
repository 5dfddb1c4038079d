// The costs of an entry in the embedding queue, step by step, with one claimant in this process: two workers share the embedding,
// but SQLite has one writer, so the other steps take place one after another.
import { type Db, openDatabase, scriptBusyMs, withoutSync } from '../../src/core/db/open.ts';
import { builtIn } from '../../src/embedding/built-in.ts';
import { prepareQueue, type QueueStatements } from '../../src/embedding/queue-statements.ts';
import { claimDue, completeRows, toRow } from '../../src/embedding/queue-steps.ts';
import { embeddedText } from '../../src/library/content.ts';
import { checkpointPages } from '../../src/workers/process.ts';
import type { Figure } from './workload.ts';

const size = 512;
const leaseMs = 30_000;
const claimant = 'bench';

/** The name of each step, and the statements that belong to it. */
const steps = {
  'reading texts': ['due'],
  leases: ['claim', 'settle', 'nextFence', 'lastFence'],
  'writing vectors': ['dropEmbedding', 'addEmbedding'],
  'status and counts': ['markEmbedded', 'beginSettling', 'endSettling'],
};

const commits = 'commits and checkpoints';
/** The writer of the library takes part in these. */
const serial = [...Object.keys(steps), commits];

/** Embeds all entries that wait, with no other claimant. `bareUs`: the time of an entry in the bare loop of several threads. */
export async function measureCosts(libraryFile: string, bareUs: number): Promise<Figure[]> {
  const library = openDatabase(libraryFile, { busyMs: scriptBusyMs });
  library.pragma(`wal_autocheckpoint = ${checkpointPages}`);
  const clock = createClock();
  const entries = await embedAll(library, clock);
  library.close();
  const us = (names: string[]) => (names.reduce((sum, name) => sum + clock.ms(name), 0) * 1000) / entries;
  const toFigure = (workload: string, cost: number): Figure => ({
    workload: `an entry: ${workload}`,
    ours: `${cost.toFixed(1)} µs`,
    reference: `${bareUs.toFixed(1)} µs (bare loop)`,
    ratio: bareUs / cost,
    target: '–',
    isMet: null,
  });
  return [
    ...['embedding', 'hashes', ...serial].map((name) => toFigure(name, us([name]))),
    toFigure('the steps of the one writer together', us(serial)),
  ];
}

type Clock = ReturnType<typeof createClock>;

function createClock() {
  const times = new Map<string, number>();
  return {
    ms: (step: string) => times.get(step) ?? 0,
    time<T>(step: string, work: () => T): T {
      const startedAt = performance.now();
      const result = work();
      times.set(step, (times.get(step) ?? 0) + performance.now() - startedAt);
      return result;
    },
  };
}

async function embedAll(library: Db, clock: Clock): Promise<number> {
  const statements = timeStatements(prepareQueue(library), clock);
  const transact = <T>(work: () => T) =>
    withoutSync(library, () => {
      library.exec('BEGIN IMMEDIATE');
      const result = work();
      clock.time(commits, () => library.exec('COMMIT'));
      return result;
    });
  for (let entries = 0; ; ) {
    const at = new Date();
    const times = { now: at.toISOString(), leaseUntil: new Date(at.getTime() + leaseMs).toISOString() };
    const claims = transact(() => claimDue(statements, { claimant, model: builtIn, size, leaseMs }, times));
    if (claims.length === 0) return entries;
    const vectors = await clock.time('embedding', () => builtIn.embed(claims.map(embeddedText)));
    const rows = clock.time('hashes', () =>
      claims.map((claim, row) => toRow(builtIn, { claim, vector: vectors[row] as Float32Array })),
    );
    entries += transact(() => completeRows(statements, { claimant, model: builtIn, rows, now: times.now }));
  }
}

type Group = { [name: string]: Statement | Group };
type Statement = Record<'run' | 'get' | 'all', (...values: unknown[]) => unknown>;

const methods = ['run', 'get', 'all'] as const;

/** The same statements; each is counted for its step. */
function timeStatements(statements: QueueStatements, clock: Clock): QueueStatements {
  const wrap = (group: Group, of: string): Group =>
    Object.fromEntries(
      Object.entries(group).map(([name, one]) => {
        const step = Object.entries(steps).find(([, names]) => names.includes(name))?.[0] ?? of;
        return [name, isStatement(one) ? timeOne(one, step, clock) : wrap(one, step)];
      }),
    );
  return wrap(statements as unknown as Group, 'other') as unknown as QueueStatements;
}

function isStatement(one: Statement | Group): one is Statement {
  return typeof one.run === 'function';
}

function timeOne(statement: Statement, step: string, { time }: Clock): Statement {
  const timed = methods.map((method) => [
    method,
    (...values: unknown[]) => time(step, () => statement[method](...values)),
  ]);
  return Object.fromEntries(timed) as Statement;
}
