// Usage is added in memory and written in few transactions, once.
import t from 'tap';
import { createBusyRetry } from '../../src/core/db/busy-retry.ts';
import { openDatabase, setBusyMs } from '../../src/core/db/open.ts';
import { createUsageCounter } from '../../src/cost-store/usage-counter.ts';
import type { UsageRow } from '../../src/cost-store/usage-repository.ts';
import { describeFate } from '../../src/cost-store/usage-words.ts';
import { openCosts } from '../support/costs.ts';

t.test('usage is added up, and measurements replace each other', async (t) => {
  const { usage, usageRepository } = openCosts(t);
  usage.add('embedding_tokens', 10);
  usage.add('embedding_tokens', 5);
  usage.add('embedding_tokens', 7, true);
  usage.add('disk_bytes', 900);
  usage.add('disk_bytes', 800);
  t.same(usageRepository.since('2026-11-01'), [], 'nothing is written in the way of the work');
  await usage.flush();
  await usage.flush();
  usage.add('embedding_tokens', 1);
  usage.add('disk_bytes', 850);
  usage.end();
  const day = '2026-11-15';
  t.same(usageRepository.since('2026-11-01'), [
    { day, item: 'disk_bytes', quantity: 850, is_estimate: false },
    { day, item: 'embedding_tokens', quantity: 16, is_estimate: false },
    { day, item: 'embedding_tokens', quantity: 7, is_estimate: true },
  ]);
});

t.test('a busy database loses nothing and counts nothing twice', async (t) => {
  const { usage, usageRepository, busy, clock, errors } = openCosts(t, '2026-11-15T23:59:00');
  busy.is = true;
  usage.add('job_cpu_sec', 2);
  usage.add('disk_bytes', 100);
  await usage.flush();
  usage.add('disk_bytes', 120);
  await usage.flush();
  t.equal(errors.length, 1, 'a series of failures is reported once');
  busy.is = false;
  clock.at = '2026-11-16T00:00:01';
  usage.add('job_cpu_sec', 3);
  await Promise.all([usage.flush(), usage.flush()]);
  t.same(usageRepository.since('2026-11-01'), [
    { day: '2026-11-15', item: 'disk_bytes', quantity: 120, is_estimate: false },
    { day: '2026-11-15', item: 'job_cpu_sec', quantity: 2, is_estimate: false },
    { day: '2026-11-16', item: 'job_cpu_sec', quantity: 3, is_estimate: false },
  ]);
});

t.test('the end writes what an unfinished write has taken, once', async (t) => {
  const { ops, now, usageRepository } = openCosts(t);
  const other = openDatabase(ops.name, { busyMs: 0 });
  t.teardown(() => other.close());
  setBusyMs([ops], 0);
  const untilFree = createBusyRetry({ maxMs: 10_000, everyMs: 5 });
  const losses: (readonly UsageRow[])[] = [];
  const onError = (_: unknown, lost: readonly UsageRow[]) => void losses.push(lost);
  const usage = createUsageCounter({ usageRepository, untilFree, now, onError });
  const quantities = () => usageRepository.since('2026-11-01').map(({ quantity }) => quantity);

  other.exec('BEGIN IMMEDIATE');
  usage.add('embedding_tokens', 41_208);
  const unfinished = usage.flush();
  usage.add('embedding_tokens', 5);
  other.exec('COMMIT');
  usage.end();
  t.same(quantities(), [41_213]);
  await unfinished;
  t.same([quantities(), losses], [[41_213], []], 'the unfinished write adds nothing');

  other.exec('BEGIN IMMEDIATE');
  usage.add('embedding_tokens', 41_208);
  const failing = usage.flush();
  usage.end();
  t.equal(losses.map(describeFate).join(), 'not counted: Tokens embedded (41,208 tokens)');
  other.exec('COMMIT');
  await failing;
  t.same(quantities(), [41_213], 'it stays as it was told');
});

t.test('a failed transaction writes none of its rows', async (t) => {
  const { usage, usageRepository, ops } = openCosts(t);
  ops.exec(`CREATE TRIGGER full BEFORE INSERT ON usage_day WHEN NEW.item = 'server_cpu_sec'
    BEGIN SELECT RAISE(ABORT, 'full'); END`);
  usage.add('embedding_tokens', 10);
  usage.add('server_cpu_sec', 1);
  await usage.flush();
  t.same(usageRepository.since('2026-11-01'), []);
  ops.exec('DROP TRIGGER full');
  await usage.flush();
  t.match(usageRepository.since('2026-11-01'), [{ quantity: 10 }, { quantity: 1 }]);
});

t.test('old usage is removed', async (t) => {
  const { usageRepository, use } = openCosts(t);
  use('2025-10-10', 'job_cpu_sec', 1);
  use('2025-10-11', 'job_cpu_sec', 1);
  usageRepository.prune('2025-10-11');
  t.match(usageRepository.since('2000-01-01'), [{ day: '2025-10-11' }]);
});
