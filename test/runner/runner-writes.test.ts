import { Writable } from 'node:stream';
import { pino } from 'pino';
import t from 'tap';
import { openDatabase } from '../../src/core/db/open.ts';
import type { Claim } from '../../src/jobs/job.ts';
import { type Engine, operator, startEngine } from '../support/engine.ts';
import { defineOperation } from '../support/operations.ts';
import { run } from '../support/runs.ts';

const library: Claim = { name: 'library', mode: 'exclusive' };

/** A log whose messages can be waited for. */
function listeningLog() {
  const waiting: { words: string; heard: () => void }[] = [];
  const stream = new Writable({
    write(chunk, _, done) {
      for (const { words, heard } of waiting) if (String(chunk).includes(words)) heard();
      done();
    },
  });
  return {
    log: pino({ level: 'info' }, stream),
    whenLogged: (words: string) => new Promise<void>((heard) => waiting.push({ words, heard })),
  };
}

t.test('an end that cannot be written is written as soon as ops.db is free', async (t) => {
  const { log, whenLogged } = listeningLog();
  const engine = startEngine(t, {
    log,
    operations: [defineOperation({ child: 'exits-0-on-sigterm', locks: () => [library] })],
  });
  const { number } = engine.enqueue('chore');
  const { pid } = await engine.whenPhase(number, 'polite');
  const writer = openDatabase(engine.config.opsDatabasePath, { busyMs: 0 });
  t.teardown(() => writer.close());
  writer.exec('BEGIN IMMEDIATE');
  const isRefused = whenLogged('the end of a job is not written yet');
  process.kill(pid as number, 'SIGTERM');
  await isRefused;
  t.match(engine.jobs.find(String(number)), { status: 'running' });
  t.match(engine.repository.positions(), [{ isHeld: true }], 'it keeps its lock until then');
  writer.exec('ROLLBACK');
  t.match(await engine.whenJob(number), { status: 'succeeded' });
});

t.test('the end of a job that a stop ends is written once ops.db is free', async (t) => {
  const { log, whenLogged } = listeningLog();
  const operations = [defineOperation({ child: 'exits-0-on-sigterm' })];
  const engine = startEngine(t, { log, operations });
  const { number } = engine.enqueue('chore');
  await engine.whenPhase(number, 'polite');
  const writer = openDatabase(engine.config.opsDatabasePath, { busyMs: 0 });
  t.teardown(() => writer.close());
  writer.exec('BEGIN IMMEDIATE');
  const isRefused = whenLogged('the end of a job is not written yet');
  const stopped = engine.runner.stop(0);
  await isRefused;
  writer.exec('ROLLBACK');
  await stopped;
  t.not(engine.jobs.find(String(number)).status, 'running');
});

t.test('identity and rows of a job wait for a busy ops.db, and none is lost', async (t) => {
  const engine = startEngine(t, { operations: [defineOperation()] });
  const writer = openDatabase(engine.config.opsDatabasePath, { busyMs: 1000 });
  t.teardown(() => writer.close());
  // Between the claim and the spawn.
  const heldAt: string[] = [];
  engine.bus.once('job', () =>
    engine.bus.once('job', ({ status }) => {
      heldAt.push(status);
      writer.exec('BEGIN IMMEDIATE');
      setImmediate(() => writer.exec('ROLLBACK'));
    }),
  );
  const job = await run(engine, 'chore');
  t.match(job, { status: 'succeeded', failure: null });
  t.same(heldAt, ['running']);
  t.equal(engine.listing.rows(job.id, {}, 9).items.length, 2);
});

t.test('a last progress that could not be stored is stored with the end', async (t) => {
  const engine = startEngine(t, { operations: [defineOperation({ child: 'exits-0-on-sigterm' })] });
  const { number } = engine.enqueue('chore');
  const { pid } = await engine.whenPhase(number, 'polite');
  engine.ops.prepare('UPDATE job SET progress = NULL').run();
  process.kill(pid as number, 'SIGTERM');
  t.match(await engine.whenJob(number), { status: 'succeeded', progress: { phase: 'polite', done: 1 } });
});

t.test('on a full disk the end of a job is written after some room is freed', async (t) => {
  let rooms = 0;
  const makeRoom = () => {
    rooms += 1;
    engine.ops.pragma('max_page_count = 1000000');
  };
  const engine = startEngine(t, { makeRoom, operations: [defineOperation({ child: 'exits-0-on-sigterm' })] });
  const { number } = engine.enqueue('chore');
  const { pid } = await engine.whenPhase(number, 'polite');
  fillUp(engine);
  process.kill(pid as number, 'SIGTERM');
  t.match(await engine.whenJob(number), { status: 'succeeded' });
  t.equal(rooms, 1);
  t.equal(engine.ops.pragma('integrity_check', { simple: true }), 'ok');
});

/** Lets no further row fit into ops.db: SQLite then fails as on a full disk. */
function fillUp({ ops, audit }: Engine) {
  ops.pragma(`max_page_count = ${ops.pragma('page_count', { simple: true })}`);
  for (const size of [4000, 400, 40, 0]) {
    try {
      for (;;) audit.record({ event: 'fill', outcome: 'ok', by: operator, detail: { x: 'x'.repeat(size) } });
    } catch (error) {
      if ((error as { code?: string }).code !== 'SQLITE_FULL') throw error;
    }
  }
}

t.test('a start that cannot be written is repeated', async (t) => {
  const { log, whenLogged } = listeningLog();
  const engine = startEngine(t, { log, operations: [defineOperation()] });
  const { number } = engine.enqueue('chore');
  const writer = openDatabase(engine.config.opsDatabasePath, { busyMs: 0 });
  t.teardown(() => writer.close());
  const isRefused = whenLogged('jobs could not be started');
  writer.exec('BEGIN IMMEDIATE');
  await isRefused;
  writer.exec('ROLLBACK');
  t.match(await engine.whenJob(number), { status: 'succeeded', attempt: 1 });
});
