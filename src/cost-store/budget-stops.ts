// The used-up budgets at which the workers pause, if the settings say so: each once for its day or month, so that a person who
// resumes them is not overruled, and again when it was raised since. The audit log remembers it across restarts.
import { type Audit, systemRequester } from '../core/audit.ts';
import type { Config } from '../core/config.ts';
import { localDay } from '../core/format.ts';
import type { BudgetUse } from './budget.ts';
import type { CostBook } from './cost-book.ts';

const stopEvent = 'budget.stopped';
const spans = ['month', 'day'] as const;

type Span = (typeof spans)[number];

/** A used-up budget of this day or month that has not stopped the workers yet. */
export type DueStop = { span: Span; use: BudgetUse };

export type BudgetStops = ReturnType<typeof createBudgetStops>;

type Given = {
  audit: Pick<Audit, 'trail' | 'record'>;
  config: Pick<Config, 'budgetStop'>;
  costBook: Pick<CostBook, 'day' | 'month'>;
  now: () => Date;
};

export function createBudgetStops({ audit, config, costBook, now }: Given) {
  return {
    stopsAt,

    due(): DueStop[] {
      if (!config.budgetStop) return [];
      const uses = spans.map((span) => ({ span, use: costBook[span]() }));
      return uses.filter(({ span, use }) => use.share !== null && use.share >= 1 && stopsAt(span, use));
    },

    /** Writes in the open transaction, if there is one. */
    remember({ span, use: { amount, budget } }: DueStop, reason: string) {
      const row = { event: stopEvent, by: systemRequester, target: targetOf(span), reason };
      audit.record({ ...row, outcome: 'ok', detail: { amount, budget } });
    },
  };

  /** Whether the workers pause when this budget is used up: no budget as high has stopped them in its day or month. */
  function stopsAt(span: Span, { budget }: BudgetUse): boolean {
    if (!config.budgetStop || budget === null) return false;
    const stopped = audit.trail(targetOf(span)).filter(({ event }) => event === stopEvent);
    return stopped.every(({ detail }) => budget > Number(detail?.budget));
  }

  function targetOf(span: Span): string {
    const today = localDay(now());
    return `budget:${span === 'month' ? today.slice(0, 'YYYY-MM'.length) : today}`;
  }
}
