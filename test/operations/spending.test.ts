// The tokens and the cost of a run, beforehand.
import t from 'tap';
import { openDatabase } from '../../src/core/db/open.ts';
import { formatAboutTokens, formatQuantity } from '../../src/cost-store/format-quantity.ts';
import { createTextSizes } from '../../src/embedding/text-size-repository.ts';
import {
  createEstimateSpending,
  describeLacks,
  describeLater,
  describeSpending,
} from '../../src/operations/spending.ts';
import { makeFolder } from '../support/folder.ts';

const used = (amount: number | null, budget: number | null) => ({
  amount,
  budget,
  share: null,
  pace_day: null,
});
function estimateWith(given: { price?: number; month?: ReturnType<typeof used>; stops?: boolean }) {
  const { price, month = used(null, null), stops = true } = given;
  return createEstimateSpending({
    config: {
      embedding: { url: 'http://127.0.0.1:1', model: 'm', keyFile: null, network: {} },
    },
    budgetStops: { stopsAt: () => stops },
    costs: {
      estimate: (tokens) => (price === undefined ? null : (tokens / 1e6) * price),
      day: () => used(null, null),
      month: () => month,
      currency: () => 'EUR',
    },
    sizes: { mean: () => 400 },
  });
}

t.test('tokens follow from the length of the texts, and cost from the price', async (t) => {
  const spent = estimateWith({ price: 0.02 })(39_561, { isWaiting: true });
  t.equal(spent && describeSpending(spent), 'about 4.0 M tokens, about €0.0791');
  const free = estimateWith({})(39_561, { isWaiting: true });
  t.equal(free && describeSpending(free), 'about 4.0 M tokens', 'without a price there is no amount');
  t.equal(estimateWith({})(0, { isWaiting: true }), null);
  t.same(describeLater(3, null), []);
});

t.test('a budget that is too small is named with what is left of it', async (t) => {
  const lacks = (month: ReturnType<typeof used>, stops = true) => {
    const spent = estimateWith({ price: 1000, month, stops })(10, { isWaiting: false });
    return spent && describeLacks(spent);
  };
  t.same(lacks(used(0, 5)), [], 'a run of 1 EUR');
  const stops = 'At a used-up budget the workers pause.';
  t.same(lacks(used(4.5, 5)), [`That is more than is left of the month's budget: €0.50.`, stops]);
  t.same(lacks(used(6, 5)), [`The month's budget is used up.`, stops]);
  t.same(lacks(used(6, 5), false), [`The month's budget is used up.`], 'it has stopped the workers already');
  t.same(lacks(used(6, null)), []);
});

t.test('quantities are in the units of people', async (t) => {
  t.equal(formatQuantity('embedding_tokens', 41_208), '41,208 tokens');
  t.equal(formatQuantity('embedding_tokens', 4_123_456), '4.1 M tokens');
  t.equal(formatQuantity('embedding_tokens', 1), '1 token');
  t.equal(formatQuantity('job_cpu_sec', 7800), '2 h 10 min');
  t.equal(formatQuantity('disk_bytes', 1_234_000_000), '1.2 GB');
  t.equal(formatQuantity('disk_bytes', 999_700_000), '1.0 GB');
  t.equal(formatQuantity('disk_bytes', 400), '0.4 kB');
  t.equal(formatAboutTokens(41_208), 'about 41,000 tokens');
});

t.test('the mean length comes from a sample of the chosen entries', async (t) => {
  const library = openDatabase(`${makeFolder(t)}/library.db`, { busyMs: 1000 });
  t.teardown(() => library.close());
  const columns = 'id TEXT PRIMARY KEY, category_code TEXT, title TEXT, embedding_status TEXT';
  library.exec(`
    CREATE TABLE experiences (${columns}, playbook TEXT, context TEXT);
    CREATE TABLE category_manuals (${columns}, content TEXT, summary TEXT);
    CREATE INDEX category ON experiences (category_code);
    CREATE INDEX status ON experiences (embedding_status);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
      INSERT INTO experiences SELECT 'e' || i, iif(i % 2, 'ODD', 'EVEN'), 'abcd', iif(i > 900, 'pending', 'embedded'),
        printf('%.*c', iif(i % 2, 96, 196), 'x'), NULL FROM n;
    INSERT INTO category_manuals VALUES ('m', 'ODD', 'abcd', 'embedded', printf('%.*c', 992, 'x'), 'abcd');
  `);
  const of = (experiences: number, manuals: number) => ({
    experiences,
    manuals,
    total: experiences + manuals,
  });
  const { mean } = createTextSizes(library, {
    queue: () => ({ pending: of(100, 0), failed: of(0, 0) }),
    totals: () => ({ categories: 2, list: [], entries: 1001, experiences: 1000, manuals: 1 }),
  });
  const near = (value: number | null, wanted: number) =>
    t.ok(value !== null && Math.abs(value - wanted) < wanted / 10, `${value} is about ${wanted}`);
  near(mean({ isWaiting: false }), 150);
  near(mean({ isWaiting: true }), 150);
  t.equal(mean({ category: 'EVEN', isWaiting: false }), 200);
  t.equal(mean({ entry: 'm', isWaiting: false }), 1000);
  t.equal(mean({ entry: 'none', isWaiting: false }), null);
});
