// Usage is added in memory and written in few transactions, once.
import t from 'tap';
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
