// The contract of every embedding queue. The test of an implementation passes a function that opens its queue on a library;
// entries, status and embeddings are read from chl.db.
import type { Test } from 'tap';
import { leaseMs, type OpenQueue, queueModel as model } from '../../scripts/chaos/queue-bench.ts';
import { backOffMs, type Claim } from '../../src/embedding/queue.ts';
import { addCategory, addExperience, addManual } from '../support/entries.ts';
import { openBench } from '../support/queue.ts';

const other = { name: 'other/numbers', version: '1', dimension: 3 };

const ids = (claims: { id: string }[]) => claims.map(({ id }) => id).sort();

export function testQueueContract(t: Test, openQueue: OpenQueue) {
  t.test('an entry is claimed by one claimant only', async (t) => {
    const { library, claim, elsewhere } = await openBench(t, openQueue);
    for (const id of ['E1', 'E2', 'E3']) addExperience(library, id);
    const first = await claim({ size: 2 });
    const second = await claim({ claimant: 'bob' }, elsewhere);
    t.same(ids([...first, ...second]), ['E1', 'E2', 'E3']);
    t.same(await claim({ claimant: 'eve' }), []);
    t.match(first[0], {
      kind: 'experience',
      title: /^Title of E/,
      body: /^Playbook of E/,
      note: null,
      attempt: 1,
    });
  });

  t.test('both kinds get a fair share, and one kind alone gets the whole batch', async (t) => {
    const { library, claim } = await openBench(t, openQueue);
    for (let i = 10; i < 50; i++) addExperience(library, `E${i}`);
    for (let i = 0; i < 4; i++) addManual(library, `M${i}`);
    const kindsOf = (claims: Claim[]) => claims.filter(({ kind }) => kind === 'manual').length;
    t.equal(kindsOf(await claim({ size: 4 })), 2);
    const singly = [await claim({ size: 1 }), await claim({ size: 1 })].flat();
    t.equal(kindsOf(singly), 1, 'one at a time, the kinds take turns');
    const rest = await claim({ size: 10 });
    t.same([rest.length, kindsOf(rest)], [10, 1]);
  });

  t.test('a claim can be limited to one category or one entry', async (t) => {
    const { library, claim } = await openBench(t, openQueue);
    addCategory(library, 'OPS');
    for (const id of ['E1', 'E2']) addExperience(library, id);
    addExperience(library, 'E3', { category_code: 'OPS' });
    addManual(library, 'M1', { category_code: 'OPS' });
    t.same(ids(await claim({ selection: { entry: 'E2' } })), ['E2']);
    t.same(ids(await claim({ selection: { category: 'OPS' } })), ['E3', 'M1']);
    t.same(await claim({ selection: { category: 'OPS' } }), []);
  });

  t.test('a claim can be limited to one kind, which then gets the whole batch', async (t) => {
    const { library, claim, queue } = await openBench(t, openQueue);
    for (const id of ['E1', 'E2', 'E3']) addExperience(library, id);
    for (const id of ['M1', 'M2', 'M3']) addManual(library, id);
    t.same(ids(await claim({ size: 2, kinds: ['manual'] })), ['M1', 'M2']);
    t.same(ids(await claim({ size: 2, kinds: ['experience'] })), ['E1', 'E2']);
    t.same(await claim({ kinds: [] }), []);
    await queue.quarantine('ada', 'the process ended');
    t.same(ids(await claim({ kinds: ['manual'] })), ['M3']);
    t.same(ids(await claim({ kinds: ['manual'] })), ['M1'], 'a suspect of the other kind is left, too');
  });

  t.test('a completed entry has one embedding', async (t) => {
    const { library, queue, claim, complete, statusOf, embeddings } = await openBench(t, openQueue);
    addExperience(library, 'E1');
    addManual(library, 'M1');
    const claims = await claim();
    t.equal(await complete(claims), 2);
    t.equal(await complete(claims), 0, 'again');
    t.same([statusOf('E1'), statusOf('M1'), embeddings()], ['embedded', 'embedded', 2]);
    t.same(library.prepare('SELECT model_name, model_version, embedding_dimension FROM embeddings').get(), {
      model_name: model.name,
      model_version: '1',
      embedding_dimension: 3,
    });
    t.same(await claim(), []);
    t.equal(await queue.enqueue(claims), 2);
    t.equal(await complete(await claim()), 2);
    t.equal(embeddings(), 2, 'the embedding of that model is replaced');
  });

  t.test('a claimant that has lost its lease changes nothing', async (t) => {
    const { library, queue, elsewhere, claim, complete, pass, statusOf, embeddings } = await openBench(
      t,
      openQueue,
    );
    addExperience(library, 'E1');
    const late = await claim();
    pass(leaseMs);
    const lateWorks = async (title: string) => {
      t.equal(await complete(late), 0, title);
      t.equal(await queue.fail('ada', late, 'too late'), 0, title);
      t.same(await queue.extend('ada', late, leaseMs), [], title);
      t.same([statusOf('E1'), embeddings()], ['pending', 0], title);
    };
    await lateWorks('when it ran out');
    const [again] = await claim({ claimant: 'bob' }, elsewhere);
    t.ok(again && late[0] && again.fence > late[0].fence);
    await lateWorks('when another has it');
    t.equal(await queue.release('ada', late), 0);
    t.equal(await complete([again as Claim], 'bob'), 1);
    const mine = await claim();
    t.same(mine, [], 'nothing waits any more');
  });

  t.test('a claimant cannot use its expired claim after it has claimed the entry again', async (t) => {
    const { library, claim, complete, pass } = await openBench(t, openQueue);
    addExperience(library, 'E1');
    const late = await claim();
    pass(leaseMs);
    const mine = await claim();
    t.equal(await complete(late), 0);
    t.equal(await complete(mine), 1);
  });

  t.test('a lease is extended while it is held', async (t) => {
    const { library, queue, claim, complete, pass } = await openBench(t, openQueue);
    addExperience(library, 'E1');
    const claims = await claim();
    pass(leaseMs - 1);
    t.same(await queue.extend('ada', claims, leaseMs), claims);
    pass(leaseMs - 1);
    t.same(await claim({ claimant: 'bob' }), []);
    t.equal(await complete(claims), 1);
  });

  t.test('released entries can be claimed at once, and no attempt is counted', async (t) => {
    const { library, queue, claim, complete } = await openBench(t, openQueue);
    for (const id of ['E1', 'E2', 'E3']) addExperience(library, id);
    const claims = await claim();
    t.equal(await queue.release('ada', claims.slice(0, 1)), 1);
    t.equal(await queue.release('bob'), 0, 'others keep theirs');
    t.equal(await queue.release('ada'), 2, 'all of a claimant');
    t.equal(await complete(claims), 0);
    t.same(
      (await claim({ claimant: 'bob' })).map(({ attempt }) => attempt),
      [1, 1, 1],
    );
  });

  t.test(
    'an entry that ends its worker process is tried alone, after the others, and fails at the third time',
    async (t) => {
      const { library, queue, claim, complete, statusOf } = await openBench(t, openQueue);
      for (const id of ['E1', 'E2', 'E3']) addExperience(library, id);
      t.equal((await claim()).length, 3);
      t.equal(await queue.quarantine('bob', 'others'), 0);
      t.equal(await queue.quarantine('ada', 'the process ended'), 3);
      addManual(library, 'M1');
      t.same(ids(await claim({ claimant: 'bob' })), ['M1'], 'what has ended nothing comes first');
      t.equal(await queue.release('bob'), 1);
      t.equal(await complete(await claim({ claimant: 'bob' }), 'bob'), 1);
      const [alone, ...mates] = await claim();
      t.same([alone?.id, alone?.attempt, mates.length], ['E1', 2, 0]);
      t.equal(await queue.release('ada'), 1);
      for (let death = 2; death <= 3; death++) {
        t.equal(statusOf('E1'), 'pending');
        t.same(ids(await claim()), ['E1']);
        t.equal(await queue.quarantine('ada', 'the process ended again'), 1);
      }
      t.match(await queue.failed(5), [{ id: 'E1', attempts: 3, error: 'the process ended again' }]);
      for (const id of ['E2', 'E3']) {
        const claims = await claim({ claimant: 'bob' });
        t.same(ids(claims), [id]);
        t.equal(await complete(claims, 'bob'), 1, 'its mates are not punished');
      }
      t.equal(await queue.retryFailed(), 1);
      t.match(await claim(), [{ id: 'E1', attempt: 1 }]);
    },
  );

  t.test('a failed entry is tried three times with back-off, then waits for a person', async (t) => {
    const { library, queue, claim, claimOne, pass, now, statusOf } = await openBench(t, openQueue);
    addExperience(library, 'E1');
    for (const [i, wait] of backOffMs.entries()) {
      const claimed = await claimOne();
      t.equal(claimed.attempt, i + 1);
      t.equal(await queue.fail('ada', [claimed], 'no vector'), 1);
      t.equal(statusOf('E1'), 'pending');
      pass(wait - 1);
      t.same(await claim(), []);
      pass(1);
    }
    await queue.fail('ada', [await claimOne()], 'no vector at all');
    t.equal(statusOf('E1'), 'failed');
    t.same(await claim({ isUrgent: true }), []);
    t.same(await queue.failed(10), [
      {
        id: 'E1',
        kind: 'experience',
        title: 'Title of E1',
        attempts: 3,
        error: 'no vector at all',
        failed_at: new Date(now()).toISOString(),
      },
    ]);
  });

  t.test('an urgent claim does not wait for the back-off', async (t) => {
    const { library, queue, claim, claimOne } = await openBench(t, openQueue);
    addExperience(library, 'E1');
    await queue.fail('ada', [await claimOne()], 'no vector');
    t.same(await claim(), []);
    t.match(await claim({ isUrgent: true }), [{ id: 'E1', attempt: 2 }]);
  });

  t.test('failed entries are retried by entry, kind or category, or all', async (t) => {
    const { library, queue, claim, pass } = await openBench(t, openQueue);
    addCategory(library, 'OPS');
    for (const id of ['E1', 'E2']) addExperience(library, id);
    addExperience(library, 'E3', { category_code: 'OPS' });
    for (const id of ['M1', 'M2']) addManual(library, id);
    for (let i = 0; i < 3; i++) {
      await queue.fail('ada', await claim({ isUrgent: true }), 'no vector');
    }
    t.equal((await queue.counts()).failed.total, 5);
    t.equal(await queue.retryFailed({ entry: 'E1' }), 1);
    t.equal(await queue.retryFailed({ entry: 'E1' }), 0, 'it waits already');
    t.equal(await queue.retryFailed({ category: 'OPS' }), 1);
    t.equal(await queue.retryFailed({ kind: 'manual' }), 2);
    t.equal(await queue.retryFailed(), 1);
    pass(0);
    t.same(
      (await claim()).map(({ attempt }) => attempt),
      [1, 1, 1, 1, 1],
    );
    t.same(await queue.failed(10), []);
  });

  t.test('a changed text is embedded again, and the claim of the old text is lost', async (t) => {
    const { library, queue, claim, claimOne, complete, statusOf, embeddings } = await openBench(t, openQueue);
    addExperience(library, 'E1');
    const rewrite = (text: string) => library.prepare('UPDATE experiences SET playbook = ?').run(text);
    const old = await claim();
    rewrite('second');
    t.equal(await complete(old), 0);
    t.equal(embeddings(), 0);
    t.equal(await complete(await claim()), 1);
    rewrite('third');
    t.equal(statusOf('E1'), 'pending', 'an embedded entry whose text changes waits');
    for (let i = 0; i < 3; i++) await queue.fail('ada', [await claimOne({ isUrgent: true })], 'no vector');
    rewrite('fourth');
    t.equal((await claimOne()).attempt, 1, 'a failed one does too, from the first attempt on');
  });

  t.test('a removed entry is neither completed nor claimed', async (t) => {
    const { library, claim, complete, embeddings } = await openBench(t, openQueue);
    addExperience(library, 'E1');
    const claims = await claim();
    library.exec('DELETE FROM experiences');
    t.equal(await complete(claims), 0);
    t.same([embeddings(), await claim()], [0, []]);
    addExperience(library, 'E1');
    t.match(await claim(), [{ id: 'E1', attempt: 1 }]);
  });

  t.test('a new model makes every entry pending, and vectors of the old one are ignored', async (t) => {
    const { library, queue, claim, complete, statusOf } = await openBench(t, openQueue);
    for (const id of ['E1', 'E2']) addExperience(library, id);
    addManual(library, 'M1');
    t.equal(await complete(await claim({ selection: { entry: 'E1' } })), 1);
    for (let i = 0; i < 3; i++) {
      await queue.fail('ada', await claim({ selection: { entry: 'M1' }, isUrgent: true }), 'no vector');
    }
    const late = await claim({ selection: { entry: 'E2' } });
    t.equal(await queue.useModel(model), 0, 'the same model changes nothing');
    await queue.useModel(other);
    t.same([statusOf('E1'), statusOf('M1')], ['pending', 'pending']);
    t.equal(await complete(late), 0);
    await t.rejects(claim(), { code: 'config' });
    const claims = await claim({ model: other });
    t.same(ids(claims), ['E1', 'E2', 'M1']);
    const vector = new Float32Array([0, 1, 0]);
    const done = claims.map((one) => ({ claim: one, vector }));
    t.equal(await queue.complete('ada', model, done), 0, 'under the name of the model before');
    t.equal(await queue.complete('ada', other, done), 3);
    t.equal(
      await queue.useModel({ ...other, dimension: 4 }),
      3,
      'another number of numbers is another model',
    );
  });

  t.test('the queue reports when its oldest entry became pending', async (t) => {
    const { library, queue, claim, complete } = await openBench(t, openQueue);
    t.equal(await queue.oldestPendingAt(), null);
    addExperience(library, 'E1', { updated_at: '2020-01-01T00:00:00.000Z' });
    const since = (await queue.oldestPendingAt()) ?? '';
    t.ok(Date.now() - Date.parse(since) < 60_000, 'since it is in the queue, however old its text');
    t.equal(await queue.oldestPendingAt(['manual']), null);
    await complete(await claim());
    t.equal(await queue.oldestPendingAt(), null);
  });
}
