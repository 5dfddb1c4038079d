// Estimates the tokens that a run has embedded by a service, and their cost.
import { plural } from '../core/format.ts';
import type { Config } from '../core/config.ts';
import type { EmbeddedTexts } from '../core/operation.ts';
import type { BudgetStops } from '../cost-store/budget-stops.ts';
import type { CostBook } from '../cost-store/cost-book.ts';
import { formatAmount } from '../cost-store/format-amount.ts';
import { formatAboutTokens } from '../cost-store/format-quantity.ts';
import type { TextSizes } from '../embedding/text-size-repository.ts';

/** `amount`: null without a price. `lacks`: the budgets of which less than that is left; `stops`: the workers pause when it is
 *  used up. */
export type Spending = {
  tokens: number;
  amount: number | null;
  currency: string;
  lacks: { span: 'day' | 'month'; left: number; stops: boolean }[];
};

/** Null without an embedding service, as the built-in embedder has no tokens, and while the length of the texts is unknown. */
export type EstimateSpending = (embeds: number, texts: EmbeddedTexts) => Spending | null;

type Given = {
  config: Pick<Config, 'embedding'>;
  budgetStops: Pick<BudgetStops, 'stopsAt'>;
  costs: Pick<CostBook, 'estimate' | 'day' | 'month' | 'currency'>;
  sizes: TextSizes;
};

const charactersPerToken = 4;

export function createEstimateSpending({ config, sizes, ...budgets }: Given): EstimateSpending {
  const { costs } = budgets;
  return (embeds, texts) => {
    if (!config.embedding || embeds === 0) return null;
    const perEntry = (sizes.mean(texts) ?? 0) / charactersPerToken;
    if (perEntry === 0) return null;
    const tokens = embeds * perEntry;
    const amount = costs.estimate(tokens);
    return {
      tokens,
      amount,
      currency: costs.currency(),
      lacks: amount === null ? [] : findLacks(amount, budgets),
    };
  };
}

function findLacks(
  amount: number,
  { costs, budgetStops }: Pick<Given, 'costs' | 'budgetStops'>,
): Spending['lacks'] {
  return (['day', 'month'] as const).flatMap((span) => {
    const use = costs[span]();
    if (use.budget === null) return [];
    const left = Math.max(0, use.budget - (use.amount ?? 0));
    return amount > left ? [{ span, left, stops: budgetStops.stopsAt(span, use) }] : [];
  });
}

/** `about 4.1 M tokens, about €0.08` */
export function describeSpending({ tokens, amount, currency }: Spending): string {
  const cost = amount === null ? [] : [`about ${formatAmount(amount, currency)}`];
  return [formatAboutTokens(tokens), ...cost].join(', ');
}

/** Sentences about the budgets that are too small: `That is more than is left of the month's budget: €0.03.` */
export function describeLacks({ lacks, currency }: Spending): string[] {
  const sentences = lacks.map(({ span, left }) =>
    left === 0
      ? `The ${span}'s budget is used up.`
      : `That is more than is left of the ${span}'s budget: ${formatAmount(left, currency)}.`,
  );
  const stop = lacks.some(({ stops }) => stops) ? ['At a used-up budget the workers pause.'] : [];
  return [...sentences, ...stop];
}

/** The consequences for entries that are embedded after a run: `Then 338 entries are embedded: about 35,000 tokens.` */
export function describeLater(embeds: number, spending: Spending | null): string[] {
  if (spending === null) return [];
  const entries = plural(embeds, 'entry is', 'entries are');
  return [`${entries} embedded later: ${describeSpending(spending)}.`, ...describeLacks(spending)];
}
