// A run by hand beside others: Ctrl+C, a second run, jobs queued by others.
import t from 'tap';
import { makeRootWithBehaviours, queryOps, runHere, startCommand } from '../support/command-line.ts';
import { buildEngine } from '../support/engine.ts';
import { defineOperation } from '../support/operations.ts';

t.test('Ctrl+C cancels the job of this process, and leaves no process', async (t) => {
  const root = makeRootWithBehaviours(t);
  const { child, prints, ended } = startCommand(root, ['sleeps']);
  await prints(/asleep/);
  child.kill('SIGINT');
  t.match(await ended, { code: 1, out: /sleeps #1 cancelled after/ });
  const engine = buildEngine(root);
  t.teardown(engine.close);
  t.same(engine.processesLeft(), []);
});

t.test('a second run is refused with 75, and the first continues', async (t) => {
  const root = makeRootWithBehaviours(t);
  const first = startCommand(root, ['sleeps']);
  await first.prints(/asleep/);
  const second = await runHere(root, ['works']);
  t.match(second, {
    code: 75,
    err: new RegExp(`in use by process ${first.child.pid}, .* Try again when it has finished`),
  });
  first.child.kill('SIGINT');
  t.equal((await first.ended).code, 1);
});

t.test(
  'a job queued by others is not started, and a run that it blocks is refused with its name',
  async (t) => {
    const root = makeRootWithBehaviours(t);
    const claim = () => [{ name: 'library', mode: 'exclusive' as const }];
    const engine = buildEngine(root, { operations: [defineOperation({ locks: claim })] });
    engine.enqueue('chore');
    await engine.close();
    t.equal((await runHere(root, ['works'])).code, 0);
    for (const words of [['sleeps'], ['sleeps', '--wait']])
      t.match(await runHere(root, words), {
        code: 75,
        err: /cannot start now: chore #1 by operator is ahead/,
      });
    t.match(queryOps(root, 'SELECT status FROM job WHERE number = 1'), [{ status: 'queued' }]);
    t.match(await runHere(root, ['cancel', '1']), { code: 0, out: /chore #1 cancelled/ });
  },
);

t.test('a run by hand is held back by a maintenance window, too', async (t) => {
  const root = makeRootWithBehaviours(t);
  const engine = buildEngine(root);
  const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
  const add = engine.ops.prepare(`
    INSERT INTO maintenance_window (level, reason, starts_at, ends_at, created_by, created_at)
    VALUES (?, 'the disk is moved', ?, ?, 'ada', ?)
  `);
  add.run('drained', at(-1), at(30), at(-1));
  await engine.close();
  for (const words of [['works'], ['sleeps']])
    t.match(await runHere(root, words), { code: 75, err: /Maintenance until .* UTC: the disk is moved\./ });
  t.match(queryOps(root, 'SELECT entered_at FROM maintenance_window'), [{ entered_at: /^\d/ }]);
});
