// Deaths and losses while remote workers embed a library: each entry is written once, and none is lost.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import t, { type Test } from 'tap';
import { type Config, childEnvironment, packageRoot } from '../../src/core/config.ts';
import { prepareOps } from '../../src/core/db/ops.ts';
import { queueEnvironment } from '../../src/core/settings/declared-queue.ts';
import { chooseEmbedder } from '../../src/embedding/choose.ts';
import { embedSelection } from '../../src/embedding/embed.ts';
import type { Embedder, Model } from '../../src/embedding/embedder.ts';
import { createEmbeddingRepository } from '../../src/embedding/repository.ts';
import { openRemoteJobs } from '../../src/embedding/remote-jobs.ts';
import { createSqliteQueue } from '../../src/embedding/sqlite-queue.ts';
import { refuse, startService } from '../support/embedding-service.ts';
import { addExperience, createLibrary } from '../support/entries.ts';
import { makeFolder } from '../support/folder.ts';
import { skipsRedis, spawnRemote, startRedis, startRemote } from '../support/redis.ts';
import { until } from '../support/until.ts';

const entries = 40;
const patience = { minWaitMs: 20, maxWaitMs: 100, maxOutageMs: 60_000 };

/** A library, a Redis, and a service behind the remote workers. `run` embeds all entries. */
async function open(t: Test) {
  const service = await startService(t);
  const redis = await startRedis(t);
  const environment = {
    CHL_EMBEDDING_QUEUE: redis.address,
    CHL_EMBEDDING_URL: service.url,
    CHL_EMBEDDING_MODEL: 'some/model',
  };
  const { config, library } = createLibrary(makeFolder(t), environment);
  t.teardown(() => library.close());
  for (let at = 0; at < entries; at++) addExperience(library, `E${at}`);
  const queue = createSqliteQueue(library);
  const reported: string[] = [];
  return {
    service,
    redis,
    environment,
    config,
    library,
    queue,
    reported,
    async run(claimant = 'ada') {
      const model = await untilOpen(await chooseEmbedder(config, () => {}));
      await queue.useModel(model);
      return embedSelection({
        queue,
        model,
        claimant,
        leaseMs: 60_000,
        repository: createEmbeddingRepository(library),
        selection: {},
        full: false,
        patience,
        onProgress() {},
        batchMax: 16,
        report: (line) => reported.push(line),
      });
    },
    written: () =>
      library.prepare('SELECT count(*) AS rows, count(DISTINCT entity_id) AS entries FROM embeddings').get(),
    failed: async () => (await queue.failed(10)).map(({ id }) => id),
  };
}

/** Works as `npm run worker` does on the machine of the library. */
function spawnWorker(t: Test, config: Config) {
  prepareOps(config.opsDatabasePath).close();
  const child = spawn(process.execPath, [path.join(packageRoot, 'dist/scripts/worker.js')], {
    env: childEnvironment(config, queueEnvironment(config)),
    stdio: 'ignore',
  });
  t.teardown(() => child.kill('SIGKILL'));
  return child;
}

/** Opened once, as a job does. A remote worker that has just started may not be listed yet. */
const untilOpen = async (model: Model) => (await until(() => model.open().catch(() => null))) as Embedder;

t.test('with remote workers', { skip: skipsRedis }, async (t) => {
  t.test('kill -9 of Redis and FLUSHALL in the middle of batches', async (t) => {
    const { service, redis, environment, run, written, reported } = await open(t);
    const remotes = [startRemote(t, redis.address, environment), startRemote(t, redis.address, environment)];
    let batches = 0;
    let fault: Promise<unknown> = Promise.resolve();
    service.misbehave = ({ input }) => {
      if (input.includes('probe')) return false;
      batches += 1;
      if (batches === 3) fault = redis.kill().then(redis.startAgain);
      if (batches === 8) fault = redis.send('FLUSHALL');
      return false;
    };
    t.same(await run(), { embedded: entries, failed: 0 });
    await fault;
    t.same(written(), { rows: entries, entries });
    t.ok(batches > 8);
    t.match(reported.join('\n'), /The remote workers at redis:\/\/127\.0\.0\.1:\d+ cannot be used: /);
    const lines = remotes.flatMap(({ lines }) => lines);
    t.match(lines.filter((line) => line.startsWith('Waits for the queue.')).length, 2, 'one line each');
    t.match(lines.filter((line) => line.endsWith('answers again.')).length, 2);
  });

  t.test('a job that waits is lost with FLUSHALL, and found out', async (t) => {
    const { service, redis, environment } = await open(t);
    startRemote(t, redis.address, environment);
    const jobs = await openRemoteJobs(redis.address);
    t.teardown(jobs.close);
    await until(async () => (await jobs.hosts()).length === 1);
    const held: (() => void)[] = [];
    service.misbehave = (_, response) => {
      held.push(() => refuse(response, 400));
      return true;
    };
    const ask = (text: string) =>
      jobs.ask({ model: 'some/model', version: null, texts: [text] }, 60_000, false);
    const [taken, waiting] = [ask('taken'), ask('waiting')];
    await until(() => held.length === 1);
    const lost = t.rejects(waiting, { reason: 'service', message: /a batch is no longer in the queue/ });
    taken.catch(() => {});
    await redis.send('FLUSHALL');
    await lost;
    service.misbehave = () => false;
    for (const release of held) release();
  });

  t.test('kill -9 of a remote worker in the middle of a batch', async (t) => {
    const { service, redis, environment, run, written, reported } = await open(t);
    const { child } = spawnRemote(t, redis.folder, environment);
    let isHeld = false;
    service.misbehave = ({ input }) => {
      if (input.includes('probe') || isHeld) return false;
      isHeld = true;
      child.kill('SIGKILL');
      startRemote(t, redis.address, environment);
      return true;
    };
    t.same(await run(), { embedded: entries, failed: 0 });
    t.same(written(), { rows: entries, entries });
    t.match(reported.join('\n'), /-\w{4} ended in the middle of a batch/);
  });

  t.test('kill -9 of the one that asks: its entries and its jobs are not lost', async (t) => {
    const { service, redis, environment, config, library, queue, run, written } = await open(t);
    startRemote(t, redis.address, environment);
    const asks = spawnWorker(t, config);
    let isKilled = false;
    service.misbehave = ({ input }) => {
      if (!input.includes('probe') && !isKilled) asks.kill('SIGKILL');
      isKilled ||= !input.includes('probe');
      return false;
    };
    await once(asks, 'exit');
    // The server does the same for a worker that died.
    const claimants = library.prepare('SELECT DISTINCT claimed_by FROM ops_embedding_task').pluck().all();
    for (const one of claimants) await queue.quarantine(String(one), 'The worker died.');
    t.same(await run(), { embedded: entries, failed: 0 });
    t.same(written(), { rows: entries, entries });
  });

  t.test('a poison text fails alone', async (t) => {
    const { service, redis, environment, library, run, written, failed } = await open(t);
    library.exec(`UPDATE experiences SET context = 'poison' WHERE id = 'E7'`);
    startRemote(t, redis.address, environment);
    service.misbehave = ({ input }, response) =>
      input.some((text) => text.includes('poison')) && refuse(response, 400, {}, '{"error":"too odd"}');
    t.same(await run(), { embedded: entries - 1, failed: 1 });
    t.same(written(), { rows: entries - 1, entries: entries - 1 });
    t.same(await failed(), ['E7']);
  });
});
