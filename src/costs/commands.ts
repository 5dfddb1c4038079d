// The command for costs: it calls the API and prints the result.
import type { Client, Command, Given } from '../core/terminal/command.ts';
import { textFlag } from '../core/terminal/flags.ts';
import type { Screen } from '../core/terminal/screen.ts';
import type { BudgetUse } from '../cost-store/budget.ts';
import type { Spent } from '../cost-store/cost-book.ts';
import type { CostLine } from '../cost-store/cost-lines.ts';
import { formatAmount } from '../cost-store/format-amount.ts';
import { formatQuantity } from '../cost-store/format-quantity.ts';
import { followToEnd, runBody } from '../jobs/commands.ts';
import type { Accepted } from '../jobs/job-body.ts';
import { describeLeftOut, describeShare } from './describe-costs.ts';

/** The part of `GET /api/v1/costs` that is printed. */
export type PrintedCosts = {
  /** Null without one. */
  currency: string | null;
  day: Spent;
  month: Spent;
  items: Pick<CostLine, 'day' | 'item' | 'quantity' | 'is_estimate' | 'amount' | 'currency' | 'is_manual'>[];
};

export const costCommands: Command[] = [
  {
    name: 'costs',
    example: 'list --days 7',
    summary: 'Prints usage and costs by day: list; close closes the days before today.',
    wordsMax: 1,
    flags: { days: textFlag('How many days, today included; by default 30') },
    verbs: { list: { run: list }, close: { run: closeDays } },
  },
];

async function list(client: Client, { values: { days = '30' } }: Given, screen: Screen) {
  const costs = await client.get<PrintedCosts>(
    `/api/v1/costs?${new URLSearchParams({ days: String(days) })}`,
  );
  return screen.show(costs, ...formatCosts(costs));
}

async function closeDays(client: Client, { values }: Given, screen: Screen) {
  const accepted = await client.post<Accepted>('/api/v1/operations/costs', runBody(client, values));
  return followToEnd(client, 'costs', accepted, screen);
}

/** The newest line last. */
export function formatCosts({ currency: given, day, month, items }: PrintedCosts): string[] {
  const currency = given ?? '';
  const lines = items.map(({ day: on, item, quantity, amount, is_estimate, is_manual, ...line }) => {
    const marks = [...(is_estimate ? ['estimate'] : []), ...(is_manual ? ['by hand'] : [])].join(', ');
    const used = quantity === null ? '–' : formatQuantity(item, quantity);
    const cost = formatAmount(amount, line.currency ?? currency);
    return `${on}  ${item.padEnd(20)} ${used.padStart(16)} ${cost.padStart(10)}  ${marks}`.trimEnd();
  });
  return [
    `This month: ${formatUse(month, currency)}`,
    `Today: ${formatUse(day, currency)}`,
    ...(lines.length === 0 ? ['Nothing was counted.'] : lines),
  ];
}

function formatUse({ left_out, ...use }: Spent, currency: string): string {
  return [formatSum(use, currency), describeLeftOut(left_out)].filter(Boolean).join(' ');
}

function formatSum({ amount, budget, share, pace_day }: BudgetUse, currency: string): string {
  if (amount === null) return 'no amount.';
  if (budget === null || share === null) return `${formatAmount(amount, currency)}, no budget.`;
  const pace = pace_day === null ? '' : `, used up on ${pace_day} at this pace`;
  return `${formatAmount(amount, currency)} of ${formatAmount(budget, currency)}, ${describeShare(share)}${pace}.`;
}
