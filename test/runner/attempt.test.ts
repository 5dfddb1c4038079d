import fs from 'node:fs';
import t from 'tap';
import { buildEngine, operator } from '../support/engine.ts';
import { defineOperation } from '../support/operations.ts';
import { run, startWith } from '../support/runs.ts';
import { makeFolder } from '../support/folder.ts';

t.test('a job runs its script with its arguments and keeps result, rows, progress and output', async (t) => {
  const engine = startWith(t, 'succeeds');
  const job = await run(engine, 'succeeds', { text: 'né', count: 7 });
  t.match(job, {
    status: 'succeeded',
    attempt: 1,
    failure: null,
    pid: Number,
    result: { args: { text: 'né', count: 7 } },
  });
  t.ok(job.started_at && job.finished_at);
  t.match(job.progress, { done: 2, total: 2, phase: 'work', note: null });
  t.same(engine.listing.rows(job.id, {}, 10).items, [
    { seq: 1, ref: 'Sheet!2', outcome: 'added', message: null },
    { seq: 2, ref: null, outcome: 'invalid', message: 'no title' },
  ]);
  const { text, size } = engine.logOf(job);
  t.same(text.toString().split('\n').sort(), ['', 'to stderr', 'to stdout']);
  t.equal(job.log_bytes, size);
  t.same(
    engine.auditRows('job:1').map(({ event }) => event),
    ['job.accepted', 'job.finished'],
  );
  t.same(engine.repository.positions(), [], 'it holds nothing any more');
  t.same(engine.processesLeft(), []);
});

t.test('the identity of the child is committed before its script runs', async (t) => {
  const engine = startWith(t, 'sleeps');
  const { number } = engine.enqueue('sleeps');
  const job = await engine.whenPhase(number, 'asleep');
  t.match(job, { status: 'running', pid: Number, pid_started: /^\d+$/, boot_id: /^[0-9a-f-]{36}$/ });
  t.same(engine.processesLeft(), [job.pid]);
});

t.test('a script gets an allow-listed environment and runs in the data root', async (t) => {
  const engine = startWith(t, 'shows-its-surroundings');
  const { result, id } = await run(engine, 'shows-its-surroundings');
  const { env, cwd } = result as { env: Record<string, string>; cwd: string };
  t.equal(cwd, engine.root);
  t.match(env, { CHL_JOB: `${id}.1`, CHL_MESSAGE_FD: '3', CHL_EXPERIENCE_ROOT: engine.root });
  // PWD and the like are set by the shell of the gate.
  const allowed = /^(CHL_\w+|TRACEPARENT|PATH|HOME|LANG|TZ|PYTHONUNBUFFERED|PWD|OLDPWD|SHLVL|_)$/;
  t.same(
    Object.keys(env).filter((name) => !allowed.test(name)),
    [],
  );
});

t.test('a failed script reports its own message; its stderr is kept', async (t) => {
  const engine = startWith(t, 'fails');
  const job = await run(engine, 'fails');
  t.match(job, {
    status: 'failed',
    result: null,
    failure: {
      code: 'exited',
      message: 'The sheet is on fire.',
      detail: { where: 'row 7' },
      stderr_tail: 'the sheet is on fire\n',
    },
  });
  const audited = engine.auditRows(`job:${job.number}`).at(-1);
  t.match(audited, { event: 'job.finished', outcome: 'failed', actor: 'system' });
  t.match(audited?.detail, 'The sheet is on fire.');
});

t.test('exit codes and signals map to failure codes', async (t) => {
  const engine = startWith(t, 'exits-65', 'exits-75', 'dies-by-signal', 'closes-its-input');
  t.match(await run(engine, 'exits-65'), { status: 'failed', failure: { code: 'bad_input' } });
  t.match(await run(engine, 'exits-75'), { status: 'failed', failure: { code: 'exited' }, attempt: 1 });
  t.match(await run(engine, 'dies-by-signal'), {
    status: 'failed',
    failure: { code: 'signalled', message: /SIGKILL/ },
  });
  t.match(await run(engine, 'closes-its-input', { text: 'x'.repeat(1_000_000) }), { status: 'succeeded' });
});

t.test('a missing script fails as spawn_failed', async (t) => {
  const engine = startWith(t, 'no-such-child');
  const job = await run(engine, 'no-such-child');
  t.match(job, {
    status: 'failed',
    failure: { code: 'spawn_failed', message: /could not be started: ENOENT.*no-such-child/ },
  });
  t.same(engine.repository.positions(), []);
});

t.test('a missing data root fails the job and touches no other process', async (t) => {
  const engine = buildEngine(makeFolder(t), {
    operations: [defineOperation({ name: 'succeeds', child: 'succeeds' })],
  });
  t.teardown(engine.close);
  const { number } = engine.enqueue('succeeds');
  fs.rmSync(engine.root, { recursive: true });
  fs.writeFileSync(engine.root, 'a file where the folder was');
  engine.runner.start();
  t.match(await engine.whenJob(number), {
    status: 'failed',
    failure: { code: 'spawn_failed', message: /the data folder .*, in which scripts start, is not a folder/ },
  });
});

t.test('committed work counts even when the process was killed by a cancel', async (t) => {
  const engine = startWith(t, 'applies-and-sleeps');
  const { number } = engine.enqueue('applies-and-sleeps');
  await engine.whenPhase(number, 'applied');
  engine.verbs.cancel(String(number), operator);
  t.match(await engine.whenJob(number), {
    status: 'succeeded',
    result: { added: 3 },
    cancel_requested_at: String,
  });
});

t.test('a result that cannot be read is not needed after a good end, else the job is lost', async (t) => {
  const ends = [
    ['succeeds', { status: 'succeeded', failure: null }],
    [
      'fails',
      {
        status: 'failed',
        failure: { code: 'lost', message: /JSON.*\. The server could not record the end of this job\.$/ },
      },
    ],
  ] as const;
  for (const [behaviour, end] of ends) {
    const engine = startWith(t, behaviour);
    const { id, number } = engine.enqueue(behaviour);
    engine.library.prepare(`INSERT INTO ops_applied VALUES (?, 1, 1, 'no JSON', '')`).run(id);
    t.match(await engine.whenJob(number), end, behaviour);
  }
});
