// Pauses the workers when a budget is used up, if the settings say so: once for that day or month, so that a person who resumes
// them is not overruled. The audit log remembers it across restarts.
import { systemRequester } from '../core/audit.ts';
import type { Config } from '../core/config.ts';
import { localDay } from '../core/format.ts';
import type { Kernel } from '../core/kernel.ts';
import { createLoop } from '../core/loop.ts';
import type { BudgetUse } from '../cost-store/budget.ts';
import type { CostBook } from '../cost-store/cost-book.ts';
import type { WorkerContext } from '../workers/parts.ts';
import { describeUse, nameSpan, type Span } from './budget-words.ts';

const everyMs = 15_000;
const stopEvent = 'budget.stopped';

type Given = Pick<Kernel, 'audit' | 'bus' | 'log' | 'now' | 'untilFree'> & {
  config: Pick<Config, 'budgetStop'>;
  costBook: Pick<CostBook, 'day' | 'month' | 'currency'>;
  workers: Pick<WorkerContext['workers'], 'pause' | 'view'>;
};

export function createBudgetStop({ audit, bus, config, costBook, log, now, untilFree, workers }: Given) {
  const loop = createLoop({
    everyMs,
    runOnce: look,
    onError: (error) => log.error({ err: error }, 'the workers could not be paused at a used-up budget'),
  });
  for (const event of ['costs', 'settings'] as const) bus.on(event, loop.wake);

  return { start: () => void loop.start(), stop: loop.stop, runOnce: loop.runOnce };

  async function look() {
    if (!config.budgetStop) return;
    const today = localDay(now());
    await stopAt('month', today.slice(0, 'YYYY-MM'.length), costBook.month());
    await stopAt('day', today, costBook.day());
  }

  /** While a person has paused them, it waits for its turn. */
  async function stopAt(span: Span, name: string, use: BudgetUse) {
    if (use.share === null || use.share < 1) return;
    const target = `budget:${name}`;
    if (workers.view().control.paused_at !== null || audit.trail(target).length > 0) return;
    const words = nameSpan(span, localDay(now()));
    const reason = `The budget of ${words} is used up: ${describeUse(use, costBook.currency())}.`;
    await workers.pause(undefined, systemRequester, reason);
    const { amount, budget } = use;
    const row = { event: stopEvent, by: systemRequester, target, reason, detail: { amount, budget } };
    await untilFree(() => audit.record({ ...row, outcome: 'ok' }));
  }
}
