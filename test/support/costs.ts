// The store of costs on a new ops.db, with prices and a clock that the test controls.
import path from 'node:path';
import type { Test } from 'tap';
import type { Config } from '../../src/core/config.ts';
import { prepareOps } from '../../src/core/db/ops.ts';
import type { UntilFree } from '../../src/core/db/busy-retry.ts';
import { createCostBook } from '../../src/cost-store/cost-book.ts';
import { createCostRepository } from '../../src/cost-store/cost-repository.ts';
import { createUsageCounter } from '../../src/cost-store/usage-counter.ts';
import { createUsageRepository, type UsageRow } from '../../src/cost-store/usage-repository.ts';
import { makeFolder } from './folder.ts';

const noPrices = {
  tokenPrice: null as number | null,
  jobCpuPrice: null as number | null,
  serverCpuPrice: null as number | null,
  diskPrice: null as number | null,
  currency: '',
  dayBudget: null as number | null,
  monthBudget: null as number | null,
  budgetStop: false,
};

/** `at`: a local time. */
export function openCosts(t: Pick<Test, 'teardown'>, at = '2026-11-15T12:00:00') {
  const ops = prepareOps(path.join(makeFolder(t), 'ops.db'));
  t.teardown(() => ops.close());
  const clock = { at };
  const now = () => new Date(clock.at);
  const busy = { is: false };
  const errors: { error: unknown; lost: readonly UsageRow[] }[] = [];
  const untilFree: UntilFree = async (work) => {
    if (busy.is) throw Object.assign(new Error('database is locked'), { code: 'SQLITE_BUSY' });
    return work();
  };
  const fence = { isLost: false };
  const assertFence = () => {
    if (fence.isLost) throw new Error('another attempt runs');
  };
  const prices = { ...noPrices };
  const config = prices as typeof prices & Config;
  const usageRepository = createUsageRepository(ops);
  const costRepository = createCostRepository(ops);
  const stores = { config, now, untilFree, usageRepository, costRepository };
  return {
    ...stores,
    prices,
    ops,
    clock,
    busy,
    fence,
    assertFence,
    errors,
    usage: createUsageCounter({ ...stores, onError: (error, lost) => void errors.push({ error, lost }) }),
    costBook: createCostBook(stores),
    /** Usage of a day. */
    use: (day: string, item: 'embedding_tokens' | 'job_cpu_sec', quantity: number, is_estimate = false) =>
      usageRepository.add({ day, item, quantity, is_estimate }),
  };
}
