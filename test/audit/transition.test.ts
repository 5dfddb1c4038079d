// `detail.transition` of the audit rows of job ends.
import t from 'tap';
import { type Engine, buildEngine, operator, startEngine } from '../support/engine.ts';
import { defineOperation } from '../support/operations.ts';
import { makeFolder } from '../support/folder.ts';

const detailsOf = (engine: Engine, number: number, event = 'job.finished') =>
  engine
    .auditRows(`job:${number}`)
    .filter((row) => row.event === event)
    .map(({ detail }) => JSON.parse(detail).transition);

t.test('the end of a job is compared with the end before it', async (t) => {
  const operations = [defineOperation(), defineOperation({ name: 'other', child: 'fails' })];
  const engine = startEngine(t, { operations });
  const run = async (child: string) => {
    const { script } = defineOperation({ child });
    Object.assign(engine.catalogue.find('chore') as object, { script });
    const { number } = engine.enqueue('chore');
    if (child === 'sleeps') engine.verbs.cancel(String(number), operator);
    await engine.whenJob(number);
    return detailsOf(engine, number)[0];
  };
  const runOther = async () =>
    detailsOf(engine, (await engine.whenJob(engine.enqueue('other').number)).number)[0];
  t.equal(await run('succeeds'), undefined, 'a success at first');
  t.equal(await run('fails'), 'first');
  t.equal(await runOther(), 'first', 'another operation');
  t.equal(await run('fails'), 'again');
  t.equal(await run('sleeps'), undefined, 'a cancelled job');
  t.equal(await run('fails'), 'again', 'which does not count');
  t.equal(await run('succeeds'), 'recovered');
  t.equal(await run('succeeds'), undefined);
  t.equal(await runOther(), 'again');
});

t.test('runs of a schedule are compared with each other', async (t) => {
  const engine = startEngine(t, { operations: [defineOperation({ child: 'fails' })] });
  const run = async (schedule: string | null) => {
    const { number } = engine.enqueue('chore', {}, schedule === null ? {} : { schedule });
    await engine.whenJob(number);
    return detailsOf(engine, number)[0];
  };
  t.equal(await run(null), 'first');
  t.equal(await run('nightly'), 'first');
  t.equal(await run('hourly'), 'first');
  t.equal(await run('nightly'), 'again');
  t.equal(await run(null), 'again');
});

t.test('a job that is lost with its server counts, one that is queued again does not', async (t) => {
  const root = makeFolder(t);
  const operations = [
    defineOperation({ child: 'fails' }),
    { ...defineOperation({ name: 'patient', child: 'fails' }), onRestart: 'requeue' as const },
  ];
  const engine = buildEngine(root, { operations });
  t.teardown(engine.close);
  for (const name of ['chore', 'patient']) {
    const { id } = engine.enqueue(name);
    engine.repository.start(id);
  }
  engine.recover();
  t.same(detailsOf(engine, 1, 'job.recovered'), ['first']);
  t.same(detailsOf(engine, 2, 'job.recovered'), [undefined]);
});
