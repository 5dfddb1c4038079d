// Remote workers as a model, over a real Redis: vectors, splits, faults of texts, refusals, and sentences for each outage.
import { createRequire } from 'node:module';
import t, { type Test } from 'tap';
import { readConfig } from '../../src/core/config.ts';
import { builtIn } from '../../src/embedding/built-in.ts';
import { chooseEmbedder } from '../../src/embedding/choose.ts';
import { EmbeddingOutage } from '../../src/embedding/embedder.ts';
import { loadQueuePackages } from '../../src/embedding/queue-packages.ts';
import { openRemoteJobs } from '../../src/embedding/remote-jobs.ts';
import { type RemoteOptions, createRemoteModel } from '../../src/embedding/remote.ts';
import { refuse, startService } from '../support/embedding-service.ts';
import { skipsRedis, startRedis, startRemote } from '../support/redis.ts';
import { until } from '../support/until.ts';

const texts = (count: number) => Array.from({ length: count }, (_, at) => `Text number ${at} about queues`);
const { name, isLexical, dimension, version } = builtIn;
const builtInBase = { name, isLexical, dimension, version };
const serviceBase = { name: 'some/model', isLexical: false, dimension: null, version: null };

async function outageOf(work: Promise<unknown>): Promise<EmbeddingOutage> {
  const error = await work.then(
    () => new Error('It worked.'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof EmbeddingOutage) return error;
  throw error;
}

/** Waits until so many remote workers are there. */
async function untilThere(t: Test, address: string, count: number) {
  const jobs = await openRemoteJobs(address);
  t.teardown(jobs.close);
  await until(async () => (await jobs.hosts()).length === count);
  return jobs;
}

t.test('without a queue its packages are not loaded', async (t) => {
  const loaded = () => Object.keys(createRequire(import.meta.url).cache);
  // Another test of this process may have loaded them.
  const before = new Set(loaded());
  const config = readConfig({}, '/place');
  t.equal(config.embeddingQueue, null);
  t.equal(await (await chooseEmbedder(config, () => {})).open(), builtIn);
  t.same(
    loaded().filter((file) => /\/(bullmq|ioredis)\//.test(file) && !before.has(file)),
    [],
  );
});

t.test('packages that are missing are one sentence with the command that installs them', async (t) => {
  const missing = Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
  await t.rejects(
    loadQueuePackages(() => Promise.reject(missing)),
    {
      code: 'config',
      message:
        /^CHL_EMBEDDING_QUEUE is set, but .* not installed\. Install them with: npm ci --include=optional$/,
    },
  );
});

t.test('with a Redis', { skip: skipsRedis }, async (t) => {
  const redis = await startRedis(t);
  const { address } = redis;
  const open = (
    base: Parameters<typeof createRemoteModel>[0],
    options: RemoteOptions = {},
    onUse = () => {},
  ) => createRemoteModel(base, address, onUse, options);

  t.test('without a remote worker the outage names the command that starts one', async (t) => {
    const outage = await outageOf(open(builtInBase, { hostMs: 0 }).open());
    t.equal(outage.reason, 'service');
    t.match(
      outage.message,
      `The remote workers at redis://127.0.0.1:${redis.port} cannot be used: no remote worker is connected. On another machine, run npm run worker -- --remote.`,
    );
  });

  t.test('two remote workers share a batch and give the vectors of the built-in embedder', async (t) => {
    const remotes = [startRemote(t, address), startRemote(t, address)];
    const jobs = await untilThere(t, address, 2);
    const model = await open(builtInBase).open();
    t.match(model, { name, version, dimension, isLexical: true });
    const batch = texts(64);
    t.same(await model.embed(batch), await builtIn.embed(batch));
    const hosts = await until(jobs.hosts, (all) => all.reduce((sum, one) => sum + one.texts, 0) === 65);
    t.match(hosts[0], { model: name, host: String });
    // One of them may take both parts while the other is slow.
    const share = async () => (await model.embed(batch)) && jobs.hosts();
    await until(share, (all) => all.every((one) => one.jobs > 0));
    for (const { stop, lines } of remotes) {
      await stop();
      t.match(lines, [/embeds with chl\/built-in/, /ended: \d+ texts embedded in \d+ jobs?\./]);
    }
    t.match(await redis.send('KEYS', 'chl:embedding:????????-*'), /^\*0\r/, 'no job, text or vector is left');
  });

  t.test('with a service', async (t) => {
    const service = await startService(t);
    const environment = { CHL_EMBEDDING_URL: service.url, CHL_EMBEDDING_MODEL: 'some/model' };
    startRemote(t, address, environment);
    const jobs = await untilThere(t, address, 1);

    t.test('tokens that the remote worker uses are counted here', async (t) => {
      const counted: unknown[] = [];
      const model = createRemoteModel(serviceBase, address, (...one) => counted.push(one));
      const embedder = await model.open();
      await embedder.embed(['A text of five words']);
      t.equal(model.dimension, 4);
      t.match(counted, [
        ['embedding_tokens', Number, true],
        ['embedding_tokens', Number, true],
      ]);
    });

    t.test('a text at fault is an error, an outage of the service stays one', async (t) => {
      const embedder = await open(serviceBase).open();
      service.misbehave = ({ input }, response) =>
        input.some((text) => text.includes('poison')) && refuse(response, 400, {}, '{"error":"too odd"}');
      t.teardown(() => {
        service.misbehave = () => false;
      });
      const fault = await embedder.embed([...texts(3), 'poison']).catch((error: Error) => error);
      t.notOk(fault instanceof EmbeddingOutage);
      t.match(fault, { message: /could not embed the text: .*too odd/ });
      service.misbehave = ({ input }, response) =>
        input.some((text) => text.includes('probe')) ? false : refuse(response, 503);
      const ofText = await outageOf(embedder.embed(['one']));
      t.equal(ofText.reason, 'text');
      const second = startRemote(t, address, environment);
      await until(async () => (await jobs.hosts()).length === 2);
      const ofBatch = await embedder.embed(texts(9)).catch((error: Error) => error);
      t.notOk(ofBatch instanceof EmbeddingOutage, 'a part of one text does not accuse the whole batch');
      await second.stop();
    });

    t.test('a remote worker refuses the job of another model', async (t) => {
      const outage = await outageOf(open({ ...serviceBase, name: 'other/model' }).open());
      t.match(outage.message, /it embeds with some\/model, not other\/model; give it the server's/);
    });

    t.test('a job without an answer in time is removed', async (t) => {
      const embedder = await open(serviceBase, { timeoutMs: 100 }).open();
      const held: (() => void)[] = [];
      service.misbehave = (_, response) => {
        held.push(() => refuse(response, 503));
        return true;
      };
      const taken = jobs.ask({ model: 'some/model', version: null, texts: ['held'] }, 60_000, false);
      await until(() => held.length > 0);
      const outage = await outageOf(embedder.embed(texts(2)));
      t.match(outage.message, /no remote worker answered within/);
      t.match(await redis.send('LLEN', 'chl:embedding:wait'), /^:0/);
      service.misbehave = () => false;
      for (const release of held) release();
      t.match(await taken, { kind: 'vectors' }, 'the one before it is answered');
    });

    t.test('a remote worker that stops returns its job', async (t) => {
      const other = startRemote(t, address, environment);
      await until(async () => (await jobs.hosts()).length === 2);
      service.misbehave = () => true;
      const two = [1, 2].map(() => outageOf(open(serviceBase, { hostMs: 100 }).open()));
      await until(async () => (await redis.send('LLEN', 'chl:embedding:active')).startsWith(':2'));
      await other.stop();
      const first = await Promise.race(two);
      t.match(first.message, /-\w{4} ended in the middle of a batch\. Its entries are tried again\./);
      service.misbehave = () => false;
      await service.stop();
      t.match((await Promise.all(two)).length, 2);
    });
  });
});

t.test('a Redis that cannot be used is refused with the next step', { skip: skipsRedis }, async (t) => {
  const redis = await startRedis(t, ['--maxmemory', '50mb', '--maxmemory-policy', 'allkeys-lru']);
  const refusal = async (address: string) =>
    (await outageOf(createRemoteModel(builtInBase, address, () => {}).open())).message;
  t.match(
    await refusal(redis.address),
    /its maxmemory-policy is allkeys-lru, so it may drop jobs\. Set it there: redis-cli CONFIG SET maxmemory-policy noeviction/,
  );
  const wrong = await refusal(`redis://:not-the-password@127.0.0.1:${redis.port}`);
  t.match(wrong, /it refuses the password\. Correct user and password in CHL_EMBEDDING_QUEUE/);
  t.notMatch(wrong, 'not-the-password');
  t.match(await refusal(`redis://127.0.0.1:${redis.port}`), /it refuses the password/);
  await redis.kill();
  t.match(await refusal(redis.address), /nothing listens there\. Start Redis there/);
});
