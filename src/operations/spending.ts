// The tokens that a run has embedded by a service, and what they cost, beforehand.
import { plural } from '../core/format.ts';
import type { Config } from '../core/config.ts';
import type { EmbeddedTexts } from '../core/operation.ts';
import type { CostBook } from '../cost-store/cost-book.ts';
import { describeAmount } from '../cost-store/format-amount.ts';
import { formatAboutTokens } from '../cost-store/format-quantity.ts';
import type { UsageRepository, UsageRow } from '../cost-store/usage-repository.ts';
import type { TextSizes } from '../embedding/text-size-repository.ts';

/** `amount`: null without a price. `lacks`: the budgets of which less than that is left. */
export type Spending = {
  tokens: number;
  amount: number | null;
  currency: string;
  lacks: { span: 'day' | 'month'; left: number }[];
  /** The workers pause when a budget is used up. */
  isStopping: boolean;
};

/** Null without an embedding service, as the built-in embedder has no tokens, and while nothing tells how long the texts are. */
export type EstimateSpending = (embeds: number, texts: EmbeddedTexts) => Spending | null;

type Given = {
  config: Pick<Config, 'embedding' | 'budgetStop'>;
  now: () => Date;
  usage: Pick<UsageRepository, 'since'>;
  costs: Pick<CostBook, 'estimate' | 'day' | 'month' | 'currency'>;
  sizes: TextSizes;
};

const measuredDays = 30;
const dayMs = 86_400_000;
/** Fewer entries say little about the others. */
const minMeasured = 20;
const charactersPerToken = 4;

export function createEstimateSpending({ config, now, usage, costs, sizes }: Given): EstimateSpending {
  return (embeds, texts) => {
    if (!config.embedding || embeds === 0) return null;
    const since = new Date(now().getTime() - measuredDays * dayMs)
      .toISOString()
      .slice(0, 'YYYY-MM-DD'.length);
    const perEntry = measuredPerEntry(usage.since(since)) ?? (sizes.mean(texts) ?? 0) / charactersPerToken;
    if (perEntry === 0) return null;
    const tokens = embeds * perEntry;
    const amount = costs.estimate(tokens);
    return {
      tokens,
      amount,
      currency: costs.currency(),
      lacks: amount === null ? [] : findLacks(amount, costs),
      isStopping: config.budgetStop,
    };
  };
}

/** Tokens an entry on the days of which the service has counted all of them; null while too few were embedded. */
export function measuredPerEntry(rows: readonly UsageRow[]): number | null {
  const estimated = new Set(rows.filter((row) => row.is_estimate).map(({ day }) => day));
  const measured = rows.filter(({ day }) => !estimated.has(day));
  const sum = (...items: string[]) =>
    measured.reduce((total, { item, quantity }) => total + (items.includes(item) ? quantity : 0), 0);
  const entries = sum('embedded_experiences', 'embedded_manuals');
  const tokens = sum('embedding_tokens');
  return entries < minMeasured || tokens === 0 ? null : tokens / entries;
}

function findLacks(amount: number, costs: Given['costs']): Spending['lacks'] {
  return (['day', 'month'] as const).flatMap((span) => {
    const { budget, amount: used } = costs[span]();
    if (budget === null) return [];
    const left = Math.max(0, budget - (used ?? 0));
    return amount > left ? [{ span, left }] : [];
  });
}

/** `about 4.1 M tokens, about 0.08 EUR` */
export function describeSpending({ tokens, amount, currency }: Spending): string {
  const cost = amount === null ? [] : [`about ${describeAmount(amount, currency)}`];
  return [formatAboutTokens(tokens), ...cost].join(', ');
}

/** Sentences about the budgets that are too small: `That is more than is left of the month's budget: 0.03 EUR.` */
export function describeLacks({ lacks, currency, isStopping }: Spending): string[] {
  const sentences = lacks.map(({ span, left }) =>
    left === 0
      ? `The ${span}'s budget is used up.`
      : `That is more than is left of the ${span}'s budget: ${describeAmount(left, currency)}.`,
  );
  const stop = isStopping && lacks.length > 0 ? ['At a used-up budget the workers pause.'] : [];
  return [...sentences, ...stop];
}

/** The consequences for entries that are embedded after a run: `Then 338 entries are embedded: about 35,000 tokens.` */
export function describeLater(embeds: number, spending: Spending | null): string[] {
  if (spending === null) return [];
  const entries = plural(embeds, 'entry is', 'entries are');
  return [`${entries} embedded later: ${describeSpending(spending)}.`, ...describeLacks(spending)];
}
