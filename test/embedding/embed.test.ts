import t, { type Test } from 'tap';
import { embedClaims, embedSelection } from '../../src/embedding/embed.ts';
import { type Embedder, EmbeddingOutage } from '../../src/embedding/embedder.ts';
import { createEmbeddingRepository } from '../../src/embedding/repository.ts';
import { createSqliteQueue } from '../../src/embedding/sqlite-queue.ts';
import { addCategory, addExperience, addManual } from '../support/entries.ts';
import { leaseMs, queueModel as named } from '../../scripts/chaos/queue-bench.ts';
import { openBench } from '../support/queue.ts';

/** Refuses texts with the word poison, returns too few numbers for texts with short, and fails for all in an outage. */
function createModel() {
  const state = {
    isDown: false,
    asked: [] as number[],
    probes: 0,
    onProbe: () => {},
    onAsk: (_texts: number) => {},
  };
  const model: Embedder = {
    ...named,
    isLexical: false,
    async probe() {
      state.probes += 1;
      state.onProbe();
      if (state.isDown) throw new EmbeddingOutage('The embedding service does not answer.');
    },
    async embed(texts) {
      state.asked.push(texts.length);
      state.onAsk(texts.length);
      if (state.isDown) throw new EmbeddingOutage('The embedding service does not answer.');
      if (texts.some((text) => text.includes('poison'))) throw new Error('The text is refused.');
      return texts.map((text) => new Float32Array(text.includes('short') ? [1] : [3, 0, 4]));
    },
  };
  return { model, state };
}

const patience = { minWaitMs: 1, maxWaitMs: 4, maxOutageMs: 50 };

async function open(t: Test) {
  const bench = await openBench(t, createSqliteQueue);
  const { model, state } = createModel();
  const work = { queue: bench.queue, model, claimant: 'ada', leaseMs, isDoubtful: false, onNext() {} };
  const progress: number[][] = [];
  const reported: string[] = [];
  let onStart = () => {};
  const started = () => new Promise<void>((resolve) => (onStart = resolve));
  const embed = (selection = {}, full = false, queue = work.queue) =>
    embedSelection({
      ...work,
      queue,
      repository: createEmbeddingRepository(bench.library),
      selection,
      full,
      batchMax: 512,
      patience,
      report: (line) => reported.push(line),
      onProgress: (...args) => {
        progress.push(args);
        onStart();
      },
    });
  return { ...bench, state, model, work, embed, started, progress, reported };
}

t.test('a bad entry does not stop the others of its batch', async (t) => {
  const { library, queue, claim, work, statusOf, state } = await open(t);
  for (const id of ['E1', 'E2', 'E3', 'E4']) addExperience(library, id);
  library.exec(`UPDATE experiences SET context = 'poison' WHERE id = 'E2'`);
  library.exec(`UPDATE experiences SET context = 'short' WHERE id = 'E3'`);
  t.same(await embedClaims(work, await claim()), { embedded: 2, failed: 2 });
  t.same(state.asked, [4, 2, 1, 1, 2, 1, 1]);
  t.same(['E1', 'E2', 'E3', 'E4'].map(statusOf), ['embedded', 'pending', 'pending', 'embedded']);
  for (let i = 0; i < 2; i++) await embedClaims(work, await claim({ isUrgent: true }));
  t.same((await queue.failed(5)).map(({ id, error }) => [id, error]).sort(), [
    ['E2', 'The text is refused.'],
    ['E3', 'three/numbers did not return 3 numbers for the text.'],
  ]);
});

t.test('entries that a worker embeds while others are being enqueued are counted as embedded', async (t) => {
  const { library, work, embed, progress } = await open(t);
  for (let n = 0; n < 300; n++) addExperience(library, `E${n}`);
  await embedClaims(work, await work.queue.claim({ ...work, size: 300 }));
  const worker = { ...work, claimant: 'worker' };
  const queue = {
    ...work.queue,
    async enqueue(entries: Parameters<typeof work.queue.enqueue>[0]) {
      const enqueued = await work.queue.enqueue(entries);
      await embedClaims(worker, await work.queue.claim({ ...worker, size: 300 }));
      return enqueued;
    },
  };
  const outcome = await embed({}, true, queue);
  t.same(outcome, { embedded: 300, failed: 0 });
  t.same(progress.at(-1), [300, 300]);
});

t.test('vectors are written with length 1', async (t) => {
  const { library, claim, work } = await open(t);
  addManual(library, 'M1');
  await embedClaims(work, await claim());
  const bytes = library.prepare('SELECT embedding_data FROM embeddings').pluck().get() as Buffer;
  t.same(
    [0, 4, 8].map((at) => bytes.readFloatLE(at).toFixed(2)),
    ['0.60', '0.00', '0.80'],
  );
});

t.test('in an outage entries stay pending, and no attempt is counted', async (t) => {
  const { library, queue, claim, work, state } = await open(t);
  for (const id of ['E1', 'E2']) addExperience(library, id);
  state.isDown = true;
  await t.rejects(embedClaims(work, await claim()), { name: 'EmbeddingOutage', code: 'temporary' });
  t.same((await queue.counts()).failed.total, 0);
  state.isDown = false;
  const again = await claim();
  t.same(
    again.map(({ attempt }) => attempt),
    [1, 1],
  );
  t.same(await embedClaims(work, again), { embedded: 2, failed: 0 });
});

t.test('an outage while a batch is split releases the rest', async (t) => {
  const { library, claim, work, statusOf } = await open(t);
  for (const id of ['E1', 'E2', 'E3']) addExperience(library, id);
  library.exec(`UPDATE experiences SET context = 'poison' WHERE id = 'E2'`);
  const model: Embedder = {
    ...work.model,
    async embed(texts) {
      if (texts.length === 1 && texts[0]?.includes('E3')) throw new EmbeddingOutage('It went down.');
      return work.model.embed(texts);
    },
  };
  await t.rejects(embedClaims({ ...work, model }, await claim()), { name: 'EmbeddingOutage' });
  t.equal(statusOf('E1'), 'embedded');
  t.same(await claim({ claimant: 'bob' }), [{ ...(await expected('E3')), attempt: 1 }]);

  async function expected(id: string) {
    const fence = library.prepare('SELECT fence FROM ops_library_state').pluck().get() as number;
    const texts = { title: `Title of ${id}`, body: `Playbook of ${id}`, note: null };
    return { kind: 'experience', id, ...texts, fence };
  }
});

t.test('a run embeds all entries of its selection that have no current embedding', async (t) => {
  const { library, embed, progress } = await open(t);
  addCategory(library, 'OPS');
  for (let i = 0; i < 600; i++) addExperience(library, `E${i}`);
  addManual(library, 'M1', { category_code: 'OPS' });
  t.same(await embed({ category: 'OPS' }), { embedded: 1, failed: 0 });
  t.same(await embed(), { embedded: 600, failed: 0 });
  t.same(progress.at(-1), [600, 600]);
  t.same(await embed(), { embedded: 0, failed: 0 });
  library.exec(`UPDATE experiences SET title = 'changed' WHERE id IN ('E7', 'E8')`);
  t.same(await embed({ entry: 'E7' }), { embedded: 1, failed: 0 });
  t.same(await embed(), { embedded: 1, failed: 0 });
  t.same(await embed({ category: 'OPS' }, true), { embedded: 1, failed: 0 }, 'a full run embeds again');
  t.same(await embed({}, true), { embedded: 601, failed: 0 });
});

t.test('a run counts the entries that failed, and retries them without back-off', async (t) => {
  const { library, embed, queue } = await open(t);
  for (const id of ['E1', 'E2']) addExperience(library, id);
  library.exec(`UPDATE experiences SET context = 'poison' WHERE id = 'E2'`);
  t.same(await embed(), { embedded: 1, failed: 1 });
  t.match(await queue.failed(5), [{ id: 'E2', attempts: 3 }]);
  t.same(await embed(), { embedded: 0, failed: 1 });
  library.exec(`UPDATE experiences SET context = NULL`);
  t.match(await embed(), { failed: 0 });
});

t.test('a run waits for the entries that a worker has claimed', async (t) => {
  const { library, embed, started, claim, complete, statusOf, state } = await open(t);
  for (const id of ['E1', 'E2']) addExperience(library, id);
  const claims = await claim({ claimant: 'bob', size: 1 });
  const running = embed();
  await started();
  await complete(claims, 'bob');
  t.same(await running, { embedded: 2, failed: 0 });
  t.same(state.asked, [1]);
  t.same([statusOf('E1'), statusOf('E2')], ['embedded', 'embedded']);
});

t.test('a run takes over the entries of an expired lease', async (t) => {
  const { library, embed, started, claim, pass, statusOf } = await open(t);
  addExperience(library, 'E1');
  await claim({ claimant: 'bob' });
  const running = embed();
  await started();
  pass(leaseMs);
  t.same(await running, { embedded: 1, failed: 0 });
  t.equal(statusOf('E1'), 'embedded');
});

t.test('a run does not wait for the claims of a killed one', async (t) => {
  const { library, embed, claim } = await open(t);
  addExperience(library, 'E1');
  await claim({ claimant: 'ada' });
  t.same(await embed(), { embedded: 1, failed: 0 });
});

t.test('a text that ends the service each time fails by name, and stops no other', async (t) => {
  const { library, queue, claim, work, statusOf } = await open(t);
  for (let i = 0; i < 8; i++) addExperience(library, `E${i}`);
  library.exec(`UPDATE experiences SET context = 'crash' WHERE id = 'E5'`);
  let isDown = false;
  const outage = () => new EmbeddingOutage('It is down.', { words: 'it closed the connection' });
  const model: Embedder = {
    ...work.model,
    async probe() {
      if (isDown) throw outage();
    },
    async embed(texts) {
      isDown ||= texts.some((text) => text.includes('crash'));
      if (isDown) throw outage();
      return work.model.embed(texts);
    },
  };
  let isDoubtful = false;
  let outages = 0;
  for (let claims = await claim({ size: 8 }); claims.length > 0; claims = await claim({ size: 8 })) {
    try {
      await embedClaims({ ...work, model, isDoubtful }, claims);
      isDoubtful = false;
    } catch (error) {
      if (!(error instanceof EmbeddingOutage)) throw error;
      outages += 1;
      t.ok(outages < 6, 'it ends');
      await t.rejects(embedClaims({ ...work, model, isDoubtful: true }, await claim({ size: 8 })));
      [isDown, isDoubtful] = [false, true];
    }
  }
  t.equal(outages, 4, 'the first says nothing, the second is the fault of the batch, the others of the text');
  t.match(await queue.failed(5), [
    {
      id: 'E5',
      attempts: 3,
      error: 'The embedding service answers other texts, but fails with this one: it closed the connection.',
    },
  ]);
  for (const id of ['E0', 'E1', 'E2', 'E3', 'E4', 'E6', 'E7']) t.equal(statusOf(id), 'embedded', id);
});

t.test(
  'an outage of a service that was down, or that asks for fewer requests, is no fault of a text',
  async (t) => {
    const { library, claim, work, state, model } = await open(t);
    addExperience(library, 'E1');
    state.isDown = true;
    for (let i = 0; i < 5; i++) {
      await t.rejects(embedClaims({ ...work, isDoubtful: i > 0 }, await claim()), {
        name: 'EmbeddingOutage',
      });
    }
    const busy: Embedder = {
      ...model,
      probe: async () => {},
      embed: () => Promise.reject(new EmbeddingOutage('It is busy.', { reason: 'busy' })),
    };
    for (let i = 0; i < 5; i++) {
      await t.rejects(embedClaims({ ...work, model: busy, isDoubtful: true }, await claim()));
    }
    t.match(await claim(), [{ attempt: 1 }]);
  },
);

t.test(
  'a run waits for a service that is down for a short time, and gives up one that stays away',
  async (t) => {
    const { library, embed, state, reported, queue } = await open(t);
    for (const id of ['E1', 'E2', 'E3']) addExperience(library, id);
    state.isDown = true;
    state.onProbe = () => (state.isDown = state.probes < 3);
    t.same(await embed(), { embedded: 3, failed: 0 });
    t.match(reported, [
      /^The embedding service does not answer\. Trying again in /,
      /Trying again/,
      /Trying again/,
    ]);
    addExperience(library, 'E4');
    state.isDown = true;
    state.onProbe = () => {};
    await t.rejects(embed(), { name: 'EmbeddingOutage' });
    t.equal((await queue.counts()).pending.total, 1);
    t.equal((await queue.counts()).failed.total, 0);
  },
);

t.test('a run adapts its batches to the speed of the model', async (t) => {
  const { library, embed, state } = await open(t);
  for (let i = 0; i < 1000; i++) addExperience(library, `E${i}`);
  await embed();
  t.same(state.asked, [1, 2, 4, 8, 16, 32, 64, 128, 256, 256, 233]);
});

t.test('a run halves its batch after an outage, which the batch may have caused', async (t) => {
  const { library, embed, state } = await open(t);
  for (let i = 0; i < 40; i++) addExperience(library, `E${i}`);
  state.onAsk = (texts) => (state.isDown = texts === 16 && state.probes === 0);
  state.onProbe = () => (state.isDown = false);
  t.same(await embed(), { embedded: 40, failed: 0 });
  t.same(state.asked, [1, 2, 4, 8, 16, 8, 16, 1]);
});
