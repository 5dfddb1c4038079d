// Pauses the workers when a budget is used up, if the settings say so: once, with the reasons of all that are used up.
import { systemRequester } from '../core/audit.ts';
import { localDay } from '../core/format.ts';
import type { Kernel } from '../core/kernel.ts';
import { createLoop } from '../core/loop.ts';
import type { BudgetStops, DueStop } from '../cost-store/budget-stops.ts';
import type { CostBook } from '../cost-store/cost-book.ts';
import type { WorkerContext } from '../workers/parts.ts';
import { describeUse, nameSpan } from './budget-words.ts';

const everyMs = 15_000;

type Given = Pick<Kernel, 'bus' | 'log' | 'now' | 'untilFree'> & {
  budgetStops: Pick<BudgetStops, 'due' | 'remember'>;
  costBook: Pick<CostBook, 'currency'>;
  workers: Pick<WorkerContext['workers'], 'pause' | 'view'>;
};

export function createBudgetStop({ budgetStops, bus, costBook, log, now, untilFree, workers }: Given) {
  const loop = createLoop({
    everyMs,
    runOnce: look,
    onError: (error) => log.error({ err: error }, 'the workers could not be paused at a used-up budget'),
  });
  for (const event of ['costs', 'settings'] as const) bus.on(event, loop.wake);

  return { start: () => void loop.start(), stop: loop.stop, runOnce: loop.runOnce };

  /** While a person has paused them, it waits for its turn. A budget that is used up while another one has paused them is
   *  remembered only: a person who resumes them resumes them for both. */
  async function look() {
    const due = budgetStops.due();
    if (due.length === 0) return;
    const { paused_at, paused_by, pause_reason } = workers.view().control;
    if (paused_at === null) {
      const reason = due.map(describe).join(' ');
      await workers.pause(undefined, systemRequester, reason, () => due.forEach(remember));
    } else if (paused_by === systemRequester.actor && pause_reason !== null) {
      for (const stop of due) await untilFree(() => remember(stop));
    }
  }

  function remember(stop: DueStop) {
    budgetStops.remember(stop, describe(stop));
  }

  function describe({ span, use }: DueStop): string {
    const words = nameSpan(span, localDay(now()));
    return `The budget of ${words} is used up: ${describeUse(use, costBook.currency())}.`;
  }
}
