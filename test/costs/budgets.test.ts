// Costs over HTTP with an embedding service that reports its tokens: they are its sum, and a used-up budget stops the workers.
import '../support/plain-children.ts';
import t from 'tap';
import { localDay } from '../../src/core/format.ts';
import { startApp } from '../support/app.ts';
import { startService, vectorOf } from '../support/embedding-service.ts';
import { until } from '../support/until.ts';

t.test('costs with a service that reports usage', async (t) => {
  const service = await startService(t);
  let reported = 0;
  service.misbehave = ({ input }, response) => {
    const tokens = input.join(' ').length;
    reported += tokens;
    const data = input.map((text, index) => ({ index, embedding: vectorOf(text, service.dimension) }));
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ data, usage: { prompt_tokens: tokens, total_tokens: tokens } }));
    return true;
  };
  const embedder = { CHL_EMBEDDING_URL: service.url, CHL_EMBEDDING_MODEL: 'some/model' };
  const app = await startApp(t, { env: { ...embedder, CHL_WORKERS: '1' } });
  const costs = async () => (await app.json('/api/v1/costs?days=1')).body;
  const lineOf = async (item: string) =>
    (await costs()).items.find((line: { item: string }) => line.item === item) ?? { quantity: 0 };
  const untilCounted = () => until(async () => (await lineOf('embedding_tokens')).quantity === reported);
  const pending = async () => (await app.json('/api/v1/queue')).body.pending.total;
  const put = (path: string, body: object, method = 'PUT') =>
    fetch(app.origin + path, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(method === 'PUT' ? { body: JSON.stringify(body) } : {}),
    });
  const set = (values: object) => put('/api/v1/settings/values', { values, reason: 'a test needs it' });

  await t.test('tokens are the sum of the service, with a worker, an index job and a search', async (t) => {
    await app.run('import', { mode: 'replace' });
    await until(async () => (await pending()) === 0);
    await untilCounted();
    const ofWorker = reported;
    t.ok(ofWorker > 100);
    const { result } = await app.run('index', { full: true });
    await untilCounted();
    t.ok(reported > 1.5 * ofWorker, 'the job has embedded all again');
    const before = reported;
    t.equal((await app.json('/api/v1/search?q=a+new+question')).status, 200);
    t.ok(reported > before);
    await untilCounted();
    t.match(await lineOf('embedding_tokens'), { is_estimate: false, amount: null, is_closed: false });
    t.ok((await lineOf('job_cpu_sec')).quantity > 0);
    const counts = app.ops.prepare(`SELECT sum(quantity) AS n FROM usage_day WHERE item LIKE 'embedded_%'`);
    // Entries are counted after their tokens, and so may be written a second later. A worker may embed some of the job's.
    const embedded = 2 * Number(result?.entries);
    await until(() => (counts.get() as { n: number }).n >= embedded);
    t.same(counts.get(), { n: embedded }, 'entries of the import and of the job');
  });

  await t.test('without a price there is no amount anywhere', async (t) => {
    const { currency, day, month, items, prices } = await costs();
    t.match({ currency, day, month }, { currency: null, day: { amount: null }, month: { amount: null } });
    t.same([...new Set(items.map(({ amount }: { amount: null }) => amount))], [null]);
    t.same([...new Set(Object.values(prices))], [null]);
    t.notMatch((await app.page('/costs')).text, /[€$£]|EUR/);
  });

  await t.test('a cost is entered, changed and removed', async (t) => {
    const path = `/api/v1/costs/${localDay(new Date())}/other:hosting`;
    t.equal((await put(path, { amount: 0.5, note: 'bill 1' })).status, 201);
    const changed = await put(path, { amount: 0.25, note: 'bill 2' });
    t.match([changed.status, await changed.json()], [200, { amount: 0.25, note: 'bill 2', is_manual: true }]);
    t.equal((await put(path, {}, 'DELETE')).status, 204);
    t.equal((await put(path, {}, 'DELETE')).status, 404);
    const refused = await put('/api/v1/costs/soon/gold', { amount: -1, note: '' });
    t.equal(refused.status, 422);
    t.same(
      ((await refused.json()) as any).error.details.problems.map(({ field }: { field: string }) => field),
      ['day', 'item', 'amount', 'note'],
    );
  });

  await t.test('a budget that is used up pauses the workers, with the reason', async (t) => {
    const values = { 'price.embedding_tokens': 1000, 'price.currency': 'EUR', 'budget.month': 0.01 };
    t.equal((await set(values)).status, 200);
    await until(async () => (await costs()).month.share >= 1);
    t.notOk((await app.json('/api/v1/workers')).body.paused, 'the setting is off');
    await set({ 'budget.stop': true });
    await until(async () => (await app.json('/api/v1/workers')).body.paused);
    const { body } = await app.json('/api/v1/workers');
    t.match(JSON.stringify(body), /The budget of \w+ is used up: €[\d.,]+ of €0\.01\./);
    t.match((await app.page('/operations')).text, /The budget of \w+ is used up/);
  });
});
