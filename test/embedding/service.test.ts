// Index and workers with an embedding service: while it works, while it is down, and when its model changes.
import '../support/plain-children.ts';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import { childEnvironment, packageRoot, readConfig } from '../../src/core/config.ts';
import { prepareOps } from '../../src/core/db/ops.ts';
import { chooseEmbedder, openOnFirstUse } from '../../src/embedding/choose.ts';
import { embedClaims } from '../../src/embedding/embed.ts';
import { createSqliteQueue } from '../../src/embedding/sqlite-queue.ts';
import { refuse } from '../support/embedding-service.ts';
import { addExperience, addManual } from '../support/entries.ts';
import { runScript } from '../support/script.ts';
import { openLiveIndex, openWithService } from '../support/service-library.ts';

async function open(t: Test) {
  const { service, config, library } = await openWithService(t);
  addExperience(library, 'E1');
  addManual(library, 'M1');
  return { service, config, library, queue: createSqliteQueue(library) };
}

t.test('the configured service builds and searches the index', async (t) => {
  const { service, config } = await open(t);
  const { result, stderr } = await runScript(config, 'index');
  t.match(result, { embedded: 2, vectors: 2, model: 'some/model', dimension: 4 }, stderr);
  const asked = service.asked.length;
  const live = openLiveIndex(t, config);
  service.misbehave = (_, response) => refuse(response, 503);
  await live.start();
  t.match(live.indexState(), { state: 'ready', problem: null, fresh: 2 });
  t.equal(service.asked.length, asked, 'it can be down while the index is loaded');
  await t.rejects(live.search({ query: 'title', mode: 'meaning' }), {
    code: 'temporary',
    message: /cannot be used: it answers 503/,
  });
  service.misbehave = () => false;
  const { hits } = await live.search({ query: 'title', mode: 'meaning' });
  t.same(hits.map(({ entity_id }) => entity_id).sort(), ['E1', 'M1']);
  service.dimension = 5;
  await t.rejects(live.search({ query: 'title', mode: 'meaning' }), {
    code: 'temporary',
    message: /now gives 5 numbers/,
  });
});

t.test('while the service is down a rebuild fails as temporary, and entries stay pending', async (t) => {
  const { service, config, queue } = await open(t);
  service.misbehave = (_, response) => refuse(response, 401);
  const { code, failure } = await runScript(config, 'index');
  t.equal(code, 75);
  t.match(
    failure?.message,
    /^The embedding service at http:.*\/v1\/embeddings cannot be used: it answers 401\./,
  );
  t.same(await queue.counts(), {
    pending: { experiences: 1, manuals: 1, total: 2 },
    failed: { experiences: 0, manuals: 0, total: 0 },
  });
});

t.test('a worker may start before its service does', async (t) => {
  const { service, config, queue, library } = await open(t);
  const model = await chooseEmbedder(config, () => {}, { retryMs: [] });
  await queue.useModel(model);
  const work = {
    queue,
    model: openOnFirstUse(model, queue.useModel),
    claimant: 'ada',
    leaseMs: 60_000,
    isDoubtful: false,
    onNext() {},
  };
  const claim = () => queue.claim({ ...work, size: 5 });
  service.misbehave = (_, response) => refuse(response, 503);
  await t.rejects(embedClaims(work, await claim()), { name: 'EmbeddingOutage' });
  service.misbehave = () => false;
  t.same(await embedClaims(work, await claim()), { embedded: 2, failed: 0 });
  t.equal(await queue.useModel(model), 0, 'the dimension is known now');
  t.same(library.prepare('SELECT DISTINCT model_name, embedding_dimension FROM embeddings').raw().all(), [
    ['some/model', 4],
  ]);
});

t.test('another model behind the same name makes all entries pending', async (t) => {
  const { service, config, queue } = await open(t);
  await runScript(config, 'index');
  service.dimension = 6;
  t.equal(await queue.useModel(await (await chooseEmbedder(config, () => {})).open()), 2);
  t.match((await runScript(config, 'index')).result, { embedded: 2, vectors: 2, dimension: 6 });
});

t.test('a worker process waits for its service and never prints its key', async (t) => {
  const {
    service,
    config: { root },
    library,
    queue,
  } = await open(t);
  const keyFile = path.join(root, 'key');
  fs.writeFileSync(keyFile, 'sk-very-secret', { mode: 0o600 });
  const config = readConfig(
    {
      CHL_EXPERIENCE_ROOT: root,
      CHL_EMBEDDING_URL: service.url,
      CHL_EMBEDDING_MODEL: 'some/model',
      CHL_EMBEDDING_KEY_FILE: keyFile,
    },
    root,
  );
  prepareOps(config.opsDatabasePath).close();
  await queue.useModel(await chooseEmbedder(config, () => {}));
  let isFirst = true;
  const refused = new Promise<void>((resolve) => {
    service.misbehave = (_, response) => {
      if (!isFirst) resolve();
      else refuse(response, 401, {}, '{"error": "not sk-very-secret"}');
      const wasFirst = isFirst;
      isFirst = false;
      return wasFirst;
    };
  });
  const worker = spawn(process.execPath, [path.join(packageRoot, 'dist/scripts/worker.js')], {
    env: childEnvironment(config, {}),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  t.teardown(() => worker.kill('SIGKILL'));
  let output = '';
  worker.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    if (output.includes('answers again')) worker.kill('SIGTERM');
  });
  await refused;
  await once(worker, 'exit');
  t.match(output, /it answers 401 \(not \[masked\]\)/);
  t.notMatch(output, /sk-very/);
  t.equal(service.asked[0]?.authorization, 'Bearer sk-very-secret');
  t.equal((await queue.counts()).pending.total, 0);
  t.equal(library.prepare('SELECT count(*) FROM embeddings').pluck().get(), 2);
});
