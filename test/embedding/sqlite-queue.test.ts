import '../support/plain-children.ts';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import t from 'tap';
import { walkQueue } from '../../scripts/chaos/queue-walk.ts';
import { createSqliteQueue } from '../../src/embedding/sqlite-queue.ts';
import { addExperience, addManual } from '../support/entries.ts';
import { childFile } from '../support/operations.ts';
import { openBench } from '../support/queue.ts';
import { testQueueContract } from './queue-contract.ts';
import { makeFolder } from '../support/folder.ts';

testQueueContract(t, createSqliteQueue);

// `npm run chaos` uses other seeds.
for (const seed of [6, 19, 907_508]) {
  t.test(`500 random steps match the model, seed ${seed}`, async (t) => {
    const walk = await walkQueue({ root: makeFolder(t), openQueue: createSqliteQueue, seed, steps: 500 });
    t.same(walk, { steps: 500, difference: null });
  });
}

t.test('two processes share the queue and embed every entry once', async (t) => {
  const { library, queue, embeddings } = await openBench(t, createSqliteQueue);
  const added = Array.from({ length: 90 }, (_, i) => (i % 3 === 0 ? `M${i}` : `E${i}`));
  for (const id of added) id.startsWith('E') ? addExperience(library, id) : addManual(library, id);
  const [first, second] = await Promise.all([embedElsewhere('one'), embedElsewhere('two')]);
  t.same([...first, ...second].sort(), [...added].sort(), 'none twice, none left');
  t.same([embeddings(), (await queue.counts()).pending.total], [90, 0]);

  async function embedElsewhere(claimant: string): Promise<string[]> {
    const child = spawn(process.execPath, [childFile('embeds-until-none-waits'), library.name, claimant], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [printed, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
    t.equal(code, 0);
    return printed.split('\n').filter(Boolean);
  }
});

t.test('the queue and its counts follow changes by other programs', async (t) => {
  const { library, queue, statusOf, claim, complete } = await openBench(t, createSqliteQueue);
  for (const id of ['E1', 'E2', 'E3']) addExperience(library, id, { embedding_status: 'embedded' });
  const counts = async () => {
    const { pending, failed } = await queue.counts();
    return [pending.total, failed.total];
  };
  t.same(await counts(), [0, 0]);
  library.exec(`UPDATE experiences SET title = title, playbook = playbook`);
  t.same(await counts(), [0, 0], 'the same text again changes nothing');
  library.exec(`UPDATE experiences SET title = 'new', embedding_status = 'pending' WHERE id = 'E1'`);
  library.exec(`UPDATE experiences SET context = 'new' WHERE id = 'E2'`);
  t.same([statusOf('E1'), statusOf('E2'), ...(await counts())], ['pending', 'pending', 2, 0]);
  library.exec(`UPDATE experiences SET title = 'newer', embedding_status = 'embedded' WHERE id = 'E1'`);
  t.equal(statusOf('E1'), 'embedded', 'text and status in one statement are accepted');

  const claims = await claim();
  library.exec(`UPDATE experiences SET embedding_status = 'embedded' WHERE id = 'E2'`);
  t.equal(await complete(claims), 0, 'the other program was faster');

  library.exec(`UPDATE experiences SET embedding_status = 'failed' WHERE id = 'E3'`);
  t.match(await queue.failed(5), [{ id: 'E3', attempts: 0, error: 'Another program marked it as failed.' }]);
  t.same(await counts(), [0, 1]);
  library.exec(`DELETE FROM categories`);
  t.same(await counts(), [0, 0], 'entries go with their category');
});

t.test(
  'an entry that another program marks as failed during embedding is listed until it is embedded',
  async (t) => {
    const { library, queue, claim, complete, statusOf, embeddings } = await openBench(t, createSqliteQueue);
    for (const id of ['E1', 'E2']) addExperience(library, id);
    addManual(library, 'M1');
    const claims = await claim();
    library.exec(`UPDATE experiences SET embedding_status = 'failed' WHERE id = 'E1'`);
    t.match(await queue.failed(5), [{ id: 'E1', error: 'Another program marked it as failed.' }]);
    t.equal(await complete(claims), 3);
    t.same(
      [statusOf('E1'), statusOf('E2'), statusOf('M1'), embeddings()],
      ['embedded', 'embedded', 'embedded', 3],
    );
    const { pending, failed } = await queue.counts();
    t.same([pending.total, failed.total, await queue.failed(5)], [0, 0, []]);
  },
);

t.test('an interrupted change of the model is continued', async (t) => {
  const { library, queue, statusOf } = await openBench(t, createSqliteQueue);
  addExperience(library, 'E1', { embedding_status: 'embedded' });
  const next = { name: 'next', dimension: 3 };
  // The state that a process killed after its first statement leaves.
  library.exec(`UPDATE ops_library_state SET embedding_model = 'next', embedding_dimension = NULL`);
  t.equal(await queue.useModel(next), 1);
  t.equal(statusOf('E1'), 'pending');
  t.equal(await queue.useModel(next), 0);
});
