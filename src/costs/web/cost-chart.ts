// The chart of the last 30 days: amounts by item, or the embedded tokens while nothing has an amount.
import { sumOf } from '../../cost-store/amounts.ts';
import { formatAmount } from '../../cost-store/format-amount.ts';
import { formatTokens } from '../../cost-store/format-quantity.ts';
import type { CostLine } from '../../cost-store/cost-lines.ts';
import { type Bar, barChart, type Chart } from '../../web/chart.ts';
import { titleOfItem } from '../describe-costs.ts';
import { shortDay, toneOf } from './cost-words.ts';

type Given = {
  /** Oldest first. */
  days: string[];
  lines: readonly CostLine[];
  currency: string;
  dayBudget: number | null;
};
type Legend = { tone: string; word: string }[];

/** `chart`: null while every day is empty. */
export function viewCostChart(
  given: Given,
  hasAmounts: boolean,
): { title: string; chart: Chart | null; legend: Legend } {
  return hasAmounts ? viewAmounts(given) : viewTokens(given);
}

function viewAmounts({ days, lines, currency, dayBudget }: Given) {
  const shown = lines.filter((line) => line.amount !== null && (line.currency ?? currency) === currency);
  const sums = days.map((day) => sumOf(amountsOf(shown.filter((line) => line.day === day))));
  const highest = Math.max(0, ...sums.map((sum) => sum ?? 0));
  const unit = unitOf(highest);
  const format = (value: number) => formatAmount(value / unit, currency);
  const bars = days.map((day, at): Bar => {
    const own = shown.filter((line) => line.day === day);
    const parts = own.map((line) => `${titleOfItem(line.item)} ${formatAmount(line.amount, currency)}`);
    return {
      title: [`${shortDay(day)}: ${formatAmount(sums[at] ?? null, currency)}`, ...parts].join(', '),
      parts: own.map((line) => ({ tone: toneOf(line), value: (line.amount ?? 0) * unit })),
    };
  });
  const most = days[sums.indexOf(highest)] ?? '';
  const label = `Costs a day over ${days.length} days: ${formatAmount(sumOf(amountsOf(shown)), currency)} in all, the most on ${shortDay(most)} with ${formatAmount(highest, currency)}.`;
  const isNear = dayBudget !== null && dayBudget <= highest * maxLevel;
  return {
    title: 'Costs, 30 days',
    chart: barChart(bars, {
      label,
      steps: stepsOf(days),
      format,
      ...(isNear ? { level: dayBudget * unit } : {}),
    }),
    legend: legendOf(shown, isNear),
  };
}

/** The chart has whole numbers at its scale. */
function unitOf(highest: number): number {
  if (highest === 0) return 1;
  return 10 ** Math.min(maxDecimals, Math.max(0, 2 - Math.floor(Math.log10(highest))));
}

/** Smaller amounts are those of a few tokens. */
const maxDecimals = 9;

/** A budget that is much higher than the bars would flatten them. */
const maxLevel = 4;

function viewTokens({ days, lines }: Given) {
  const shown = lines.filter(({ item }) => item === 'embedding_tokens');
  const tokens = days.map((day) => shown.find((line) => line.day === day)?.quantity ?? 0);
  const highest = Math.max(...tokens);
  const bars = days.map((day, at): Bar => {
    const line = shown.find((one) => one.day === day);
    return {
      title: `${shortDay(day)}: ${formatTokens(tokens[at] ?? 0)}`,
      parts: line ? [{ tone: toneOf(line), value: tokens[at] ?? 0 }] : [],
    };
  });
  const total = tokens.reduce((sum, one) => sum + one, 0);
  const most = days[tokens.indexOf(highest)] ?? '';
  return {
    title: 'Tokens embedded, 30 days',
    chart: barChart(bars, {
      label: `Tokens a day over ${days.length} days: ${formatTokens(total)} in all, the most on ${shortDay(most)} with ${formatTokens(highest)}.`,
      steps: stepsOf(days),
      format: (value) => formatTokens(value).replace(/ tokens?$/, ''),
    }),
    legend: shown.some((line) => line.is_estimate) ? [{ tone: 'd1 est', word: 'Estimate' }] : [],
  };
}

function legendOf(lines: readonly CostLine[], hasBudget: boolean): Legend {
  const computed = lines.filter((line) => !line.is_manual);
  const items = [...new Set(computed.map(({ item }) => item))];
  return [
    ...items.map((item) => ({
      tone: toneOf({ item, is_manual: false, is_estimate: false }),
      word: titleOfItem(item),
    })),
    ...(lines.length > computed.length ? [{ tone: 'hand', word: 'Entered by hand' }] : []),
    ...(computed.some((line) => line.is_estimate) ? [{ tone: 'd1 est', word: 'Estimate' }] : []),
    ...(hasBudget ? [{ tone: 'level', word: 'Budget of a day' }] : []),
  ];
}

const stepsOf = (days: string[]) =>
  [days[0], days[Math.floor(days.length / 2)], days.at(-1)].map((day) => shortDay(day ?? ''));

const amountsOf = (lines: readonly CostLine[]) => lines.map(({ amount }) => amount);
