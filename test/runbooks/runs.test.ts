// Runs of runbooks in ops.db: starts, steps, ticks, ends. Jobs are rows that the test ends; time is passed in.
import path from 'node:path';
import t, { type Test } from 'tap';
import { createChecklistRepository } from '../../src/checklist/checklist-repository.ts';
import { createAudit } from '../../src/core/audit.ts';
import { createBus } from '../../src/core/bus.ts';
import { createCatalogue } from '../../src/core/catalogue.ts';
import { readConfig } from '../../src/core/config.ts';
import { prepareOps } from '../../src/core/db/ops.ts';
import { createRedactor } from '../../src/core/redaction.ts';
import { declaredOperations } from '../../src/declared-operations.ts';
import { plainFields } from '../../src/documents/document.ts';
import { createDocumentRepository } from '../../src/documents/document-repository.ts';
import { createDocuments } from '../../src/documents/documents.ts';
import { createIncidentRepository } from '../../src/incident-store/incident-repository.ts';
import type { Job } from '../../src/jobs/job.ts';
import { createJobRepository } from '../../src/jobs/repository.ts';
import { createRunRepository } from '../../src/runbooks/run-repository.ts';
import { createRunSteps } from '../../src/runbooks/run-steps.ts';
import { createRuns } from '../../src/runbooks/runs.ts';
import { createStepTicker } from '../../src/runbooks/step-ticker.ts';
import { operator } from '../support/engine.ts';
import { makeFolder } from '../support/folder.ts';
import { endJob, insertJob } from '../support/job-repository.ts';

const redactor = createRedactor(readConfig({}, '/nowhere'));
const anna = { ...operator, actor: 'anna' };
const slug = 'queue';
const key = { kind: 'runbook', slug } as const;
const body = `
- [ ] Look
- [ ] [Repair](op:repair)
- [ ] Test a search
- [ ] [Undo](op:undo?job=7)
- [ ] [Gone](op:no-such-thing)
`;

type Row = { event: string; target: string; actor: string; detail: string };

async function start(t: Test) {
  const ops = prepareOps(path.join(makeFolder(t), 'ops.db'));
  t.teardown(() => ops.close());
  const clock = { ms: Date.parse('2026-11-28T12:00:00.000Z') };
  const now = () => new Date(clock.ms);
  const bus = createBus();
  const untilFree = async <T>(work: () => T) => work();
  const audit = createAudit(ops, now, redactor, bus, t.error);
  const catalogue = createCatalogue(declaredOperations);
  const repository = createJobRepository(ops, now);
  const documentRepository = createDocumentRepository(ops);
  const incidentRepository = createIncidentRepository(ops);
  const runRepository = createRunRepository(ops);
  const kernel = { audit, bus, catalogue, now, untilFree, log: { error: t.error } as never };
  const documents = createDocuments({ ...kernel, documentRepository });
  const stored = {
    ...kernel,
    checklistRepository: createChecklistRepository(ops),
    documentRepository,
    documents,
    incidentRepository,
    repository,
    runRepository,
  };
  const runs = createRuns(stored);
  const submitted: Job[] = [];
  const jobs = {
    async submit(
      { operation, args }: { operation: string; args: Job['args'] },
      _by: object,
      alongside: (job: Job) => void,
    ) {
      const job = repository.transaction(() => {
        const inserted = insertJob(repository, { operation, args });
        alongside(inserted);
        return inserted;
      });
      submitted.push(job);
      return job;
    },
  };
  const steps = createRunSteps({ ...stored, runs, jobs: jobs as never });
  const ticker = createStepTicker(stored);
  await documents.save(key, { ...plainFields, title: 'Queue', body }, { version: 0, by: anna });
  const states = (run: number) => steps.of(run).map(({ item }) => item.state);
  return {
    ...stored,
    ops,
    runs,
    steps,
    ticker,
    states,
    pass: (minutes: number) => {
      clock.ms += minutes * 60_000;
    },
    rows: (event: string) =>
      (
        ops
          .prepare('SELECT event, target, actor, detail FROM audit WHERE event = ? ORDER BY id')
          .all(event) as Row[]
      ).map(({ detail, ...row }) => ({ ...row, detail: JSON.parse(detail) })),
    addIncident() {
      ops.exec(`
        INSERT INTO incident (title, severity, status, summary, services, tags, source, opened_at, opened_by, due_at)
        VALUES ('Search is slow', 3, 'open', '', '[]', '[]', 'hand', '2026-11-28', 'anna', '2026-11-29')
      `);
      return 1;
    },
  };
}

t.test('a run keeps the steps of its version, also when the runbook is changed and removed', async (t) => {
  const { runs, steps, documents, states, rows } = await start(t);
  const run = await runs.start(slug, anna);
  t.match(run, { number: 1, slug, version: 1, incident: null, started_by: 'anna', outcome: null });
  t.match(rows('run.started'), [
    { target: 'run:1', actor: 'anna', detail: { runbook: slug, version: 1, steps: 5 } },
  ]);
  await documents.save(
    key,
    { ...plainFields, title: 'New', body: '- [ ] Only one' },
    { version: 1, by: anna },
  );
  await documents.remove(key, anna);
  t.strictSame(states(1), ['open', 'open', 'open', 'open', 'open']);
  t.equal(runs.titleOf(run), 'Queue');
  await steps.move(1, 1, { state: 'done' }, anna);
  t.match(runs.describe(run), { total: 5, done: 1, title: 'Queue' });
  await t.rejects(runs.start(slug, anna), { code: 'not_found' });
  t.throws(() => runs.find(9), { code: 'not_found' });
});

t.test('a runbook without steps, or with too many, is not started', async (t) => {
  const { runs, documents, runRepository } = await start(t);
  const save = (body: string, version: number) =>
    documents.save(key, { ...plainFields, title: 'Queue', body }, { version, by: anna });
  await save('no steps here', 1);
  await t.rejects(runs.start(slug, anna), { code: 'wrong_state', message: /has no steps/ });
  await save('- [ ] a\n'.repeat(201), 2);
  await t.rejects(runs.start(slug, anna), { code: 'wrong_state', message: /at most 200/ });
  await t.rejects(runs.start(slug, anna, 99), { code: 'wrong_state' });
  await save(`- [ ] one\n- [ ] Look${' at it'.repeat(333)}\n  again`, 3);
  await t.rejects(runs.start(slug, anna), {
    code: 'wrong_state',
    message:
      /^Step 2 of “Queue” has 2,008 characters\. A step has at most 2,000: shorten it, or make it two\.$/,
  });
  t.equal(runRepository.newest(), null);
});

t.test('people tick, skip with a note and open steps in any order', async (t) => {
  const { runs, steps, states, rows, pass } = await start(t);
  await runs.start(slug, anna);
  pass(3);
  await steps.move(1, 3, { state: 'done', note: ' found it ' }, anna);
  t.match(steps.find(1, 3).item, {
    state: 'done',
    at: '2026-11-28T12:03:00.000Z',
    actor: 'anna',
    note: 'found it',
  });
  for (const note of [undefined, null, '', ' a ', 'no'])
    await t.rejects(steps.move(1, 1, { state: 'skipped', note }, anna), { code: 'invalid_arguments' });
  await t.rejects(steps.move(1, 1, { state: 'done', note: 'x'.repeat(501) }, anna), {
    code: 'invalid_arguments',
  });
  await steps.move(1, 1, { state: 'skipped', note: 'not needed' }, anna);
  await t.rejects(steps.move(1, 1, { state: 'done' }, anna), {
    code: 'wrong_state',
    message: /is skipped already/,
  });
  await t.rejects(steps.move(1, 2, { state: 'open' }, anna), { code: 'wrong_state' });
  await steps.move(1, 1, { state: 'open' }, anna);
  t.match(steps.find(1, 1).item, { state: 'open', at: null, actor: null, note: null });
  t.strictSame(states(1), ['open', 'open', 'done', 'open', 'open']);
  t.throws(() => steps.find(1, 6), { code: 'not_found', message: 'Run 1 has no step 6.' });
  const [, skipped] = rows('run.step');
  t.match(skipped, {
    target: 'run:1',
    detail: { step: 1, before: { state: 'open' }, after: { state: 'skipped', note: 'not needed' } },
  });
});

t.test('a step with an operation ticks itself when its job has succeeded, never otherwise', async (t) => {
  const { runs, steps, ticker, states, repository, bus, rows, pass } = await start(t);
  await ticker.start();
  t.teardown(ticker.stop);
  await runs.start(slug, anna);
  await t.rejects(steps.move(1, 2, { state: 'done' }, anna), {
    code: 'wrong_state',
    message: /ticks itself/,
  });
  await t.rejects(steps.start(1, 1, {}, anna), { code: 'wrong_state', message: /by hand/ });
  await t.rejects(steps.start(1, 5, {}, anna), {
    code: 'wrong_state',
    message: /no operation no-such-thing/,
  });
  const end = (job: Job, status: 'succeeded' | 'failed' | 'cancelled') => {
    endJob(repository, job, status);
    bus.emit('job', repository.find(job.id) as Job);
  };

  const failed = await steps.start(1, 2, {}, anna);
  t.match(rows('run.step'), [{ detail: { step: 2, job: failed.number } }]);
  await t.rejects(steps.start(1, 2, {}, anna), { code: 'wrong_state', message: /still at work/ });
  await t.rejects(steps.move(1, 2, { state: 'skipped', note: 'waits too long' }, anna), {
    code: 'wrong_state',
  });
  end(failed, 'failed');
  t.equal(states(1)[1], 'open', 'failed');
  end(await steps.start(1, 2, {}, anna), 'cancelled');
  t.equal(states(1)[1], 'open', 'cancelled');
  end(insertJob(repository, { operation: 'repair' }), 'succeeded');
  t.equal(states(1)[1], 'open', 'another job of the operation');

  const job = await steps.start(1, 2, {}, anna);
  pass(2);
  end(job, 'succeeded');
  t.match(steps.find(1, 2).item, {
    state: 'done',
    at: '2026-11-28T12:02:00.000Z',
    actor: 'ada',
    job: job.number,
  });
  t.match(rows('run.step_done'), [
    { actor: 'system', target: 'run:1', detail: { step: 2, job: job.number } },
  ]);
  await t.rejects(steps.move(1, 2, { state: 'open' }, anna), {
    code: 'wrong_state',
    message: /has succeeded/,
  });
});

t.test('a skipped step that is opened again has no job, and its old one does not tick it', async (t) => {
  const { runs, steps, ticker, states, repository, rows } = await start(t);
  await runs.start(slug, anna);
  const job = await steps.start(1, 2, {}, anna);
  endJob(repository, job, 'failed');
  await steps.move(1, 2, { state: 'skipped', note: 'not now' }, anna);
  t.equal(steps.find(1, 2).item.job, job.number, 'a skip keeps it');
  await steps.move(1, 2, { state: 'open' }, anna);
  t.match(steps.find(1, 2), { item: { state: 'open', job: null }, job: null, isJobRemoved: false });
  t.match(rows('run.step').at(-1), {
    detail: { before: { state: 'skipped', job: job.number }, after: { state: 'open', job: null } },
  });
  endJob(repository, insertJob(repository, { operation: 'repair', retry_of: job.number }), 'succeeded');
  await ticker.tick();
  t.equal(states(1)[1], 'open');
});

t.test('a step stays open when its operation ran with other arguments than its link gives', async (t) => {
  const { runs, steps, ticker, states, repository, documents } = await start(t);
  const links = ['backup?include_index=false', 'undo?job=7&dry_run=true', 'backup?no_such=1', 'backup?note=']
    .map((link) => `- [ ] [Go](op:${link})`)
    .join('\n');
  await documents.save(key, { ...plainFields, title: 'Queue', body: links }, { version: 1, by: anna });
  await runs.start(slug, anna);
  const run = async (n: number, args: Job['args']) => {
    const job = await steps.start(1, n, { args }, anna);
    endJob(repository, job, 'succeeded');
    await ticker.tick();
    const { item } = steps.find(1, n);
    return [item.state, steps.find(1, n).hasOtherArgs];
  };
  t.strictSame(await run(1, { include_index: true }), ['open', true]);
  t.strictSame(await run(1, {}), ['open', true], 'the default is another one');
  t.strictSame(await run(1, { include_index: false, note: 'more' }), ['done', false]);
  t.strictSame(await run(2, { job: '8', dry_run: true }), ['open', true]);
  t.strictSame(await run(2, { job: '7', dry_run: false }), ['open', true], 'no plan was asked for');
  t.strictSame(await run(2, { job: '7', dry_run: true }), ['done', false]);
  t.strictSame(await run(3, {}), ['done', false], 'the operation knows no such argument');
  t.strictSame(await run(4, { note: 'any' }), ['done', false]);
  t.strictSame(states(1), ['done', 'done', 'done', 'done']);
});

t.test('a retry of the job ticks the step, and so does the job that applies its plan', async (t) => {
  const { runs, steps, ticker, states, repository } = await start(t);
  await runs.start(slug, anna);
  const first = await steps.start(1, 2, {}, anna);
  endJob(repository, first, 'failed');
  const retry = insertJob(repository, { operation: 'repair', retry_of: first.number });
  t.equal(steps.find(1, 2).job?.number, retry.number, 'it is shown');
  endJob(repository, retry, 'succeeded');
  await ticker.tick();
  t.match(steps.find(1, 2).item, { state: 'done', job: retry.number });

  const plan = await steps.start(1, 4, { args: { job: '7', dry_run: true } }, anna);
  const running = repository.start(plan.id) as Job;
  repository.finish(running, { status: 'succeeded', result: { plan: 'token' } }, () => {});
  await ticker.tick();
  t.equal(states(1)[3], 'open', 'a plan changes nothing');
  const applied = insertJob(repository, { operation: 'undo', args: { job: '7', plan: 'token' } });
  endJob(repository, applied, 'succeeded');
  await ticker.tick();
  t.match(steps.find(1, 4).item, { state: 'done', job: applied.number });
});

t.test('a job that ended while no server ran ticks its step at the next start', async (t) => {
  const { runs, steps, ticker, states, repository } = await start(t);
  await runs.start(slug, anna);
  endJob(repository, await steps.start(1, 2, {}, anna), 'succeeded');
  t.equal(states(1)[1], 'open');
  await ticker.start();
  ticker.stop();
  t.equal(states(1)[1], 'done');
});

t.test('the steps of a run that was stopped stay as they are', async (t) => {
  const { runs, steps, ticker, states, repository, rows } = await start(t);
  await runs.start(slug, anna);
  const job = await steps.start(1, 2, {}, anna);
  const stopped = await runs.end(1, 'stopped', anna);
  t.match(stopped, { outcome: 'stopped', ended_at: '2026-11-28T12:00:00.000Z' });
  endJob(repository, job, 'succeeded');
  await ticker.tick();
  t.equal(states(1)[1], 'open');
  for (const work of [
    () => steps.move(1, 1, { state: 'done' }, anna),
    () => steps.start(1, 2, {}, anna),
    () => runs.end(1, 'done', anna),
    () => runs.end(1, 'stopped', anna),
  ])
    await t.rejects(async () => void (await work()), {
      code: 'wrong_state',
      message: /Run 1 has ended: stopped/,
    });
  t.match(rows('run.ended'), [{ detail: { outcome: 'stopped', steps: 5, done: 0, skipped: 0 } }]);
});

t.test('a run is finished when every step is done or skipped, and its incident tells of it', async (t) => {
  const { runs, steps, addIncident, incidentRepository, bus, pass } = await start(t);
  let told = 0;
  bus.on('incidents', () => {
    told += 1;
  });
  await t.rejects(runs.start(slug, anna, 1), { code: 'not_found', message: 'There is no incident #1.' });
  const incident = addIncident();
  await runs.start(slug, anna, incident);
  for (const n of [1, 3]) await steps.move(1, n, { state: 'done' }, anna);
  await t.rejects(runs.end(1, 'done', anna), { code: 'wrong_state', message: /3 are left/ });
  for (const n of [2, 4, 5]) await steps.move(1, n, { state: 'skipped', note: 'not needed' }, anna);
  pass(14);
  t.match(await runs.end(1, 'done', anna), { outcome: 'done' });
  t.match(runs.ofIncident(incident), [{ number: 1, total: 5, done: 5, outcome: 'done', title: 'Queue' }]);
  t.match(incidentRepository.entries(incident), [
    { kind: 'link', ref: 'run:1', actor: 'anna', text: 'Run 1 of “Queue” started: 5 steps.' },
    {
      kind: 'link',
      ref: 'run:1',
      text: 'Run 1 of “Queue” done in 14 min 00 s: 2 of 5 steps done, 3 skipped.',
    },
  ]);
  t.equal(told, 2);
});
