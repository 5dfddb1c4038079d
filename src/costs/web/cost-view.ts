// The view model of the page of costs: this month, the chart, the table of days, and the lines by hand.
import { formatDay, localDay, plural } from '../../core/format.ts';
import { url } from '../../core/url.ts';
import { pricedItems, sumOf } from '../../cost-store/amounts.ts';
import type { CostLine } from '../../cost-store/cost-lines.ts';
import { dayBefore } from '../../cost-store/days.ts';
import { formatAmount } from '../../cost-store/format-amount.ts';
import { formatQuantity } from '../../cost-store/format-quantity.ts';
import { describeClosing } from '../closing.ts';
import { describeMonth, hasPrices, titleOfItem } from '../describe-costs.ts';
import type { CostContext } from '../parts.ts';
import { viewBudgets } from './budget-view.ts';
import { viewCostChart } from './cost-chart.ts';
import { shortDay } from './cost-words.ts';
import { lineUrl } from './enter-dialog.ts';

export const shownDays = 30;

type Context = Pick<CostContext, 'config' | 'costBook' | 'now' | 'schedules'>;

export function viewCosts(ctx: Context) {
  const { config, costBook, now, schedules } = ctx;
  const lines = costBook.days(shownDays);
  const today = localDay(now());
  const days = Array.from({ length: shownDays }, (_, at) => dayBefore(today, shownDays - 1 - at));
  const currency = costBook.currency();
  const hasAmounts = lines.some(({ amount }) => amount !== null);
  return {
    sentence: describeMonth(ctx),
    hasPrices: hasPrices(costBook),
    settingsUrl: `${url('/settings/limits')}#group-costs`,
    budgets: hasAmounts || hasPrices(costBook) ? viewBudgets(ctx) : [],
    picture: viewCostChart({ days, lines, currency, dayBudget: config.dayBudget }, hasAmounts),
    table: viewTable(lines, { currency, hasAmounts, today }),
    manual: lines
      .filter((line) => line.is_manual)
      .map((line) => viewManual(line, currency))
      .reverse(),
    closing: describeClosing(schedules),
    open: describeOpen(lines, today),
  };
}

type Shown = { currency: string; hasAmounts: boolean; today: string };

/** `24 days before today are not closed.`; empty when none is left. */
function describeOpen(lines: readonly CostLine[], today: string): string {
  const open = new Set(lines.filter((line) => !line.is_closed && line.day !== today).map(({ day }) => day));
  if (open.size === 0) return '';
  return `${plural(open.size, 'day')} before today ${open.size === 1 ? 'is' : 'are'} not closed.`;
}

/** The newest day first; days without a line are left out. */
function viewTable(lines: readonly CostLine[], shown: Shown) {
  const others = lines.some(({ item }) => item.startsWith('other:'));
  const days = [...new Set(lines.map(({ day }) => day))].reverse();
  return {
    columns: [
      ...pricedItems.map(titleOfItem),
      ...(others ? ['Other'] : []),
      ...(shown.hasAmounts ? ['Amount'] : []),
    ],
    rows: days.map((day) =>
      viewDay(
        day,
        lines.filter((line) => line.day === day),
        others,
        shown,
      ),
    ),
  };
}

function viewDay(day: string, lines: CostLine[], hasOthers: boolean, { currency, hasAmounts, today }: Shown) {
  const cells = pricedItems.map((item) =>
    viewCell(
      titleOfItem(item),
      lines.filter((line) => line.item === item),
      currency,
    ),
  );
  const others = lines.filter(({ item }) => item.startsWith('other:'));
  const known = lines.filter((line) => (line.currency ?? currency) === currency);
  const total = sumOf(known.map(({ amount }) => amount));
  return {
    day,
    title: shortDay(day),
    note: day === today ? 'so far' : null,
    cells: [...cells, ...(hasOthers ? [viewCell('Other', others, currency)] : [])],
    total: hasAmounts ? formatAmount(total, currency) : null,
    enterUrl: url('/ui/costs/enter', { day }),
  };
}

/** Lines of one column: one, or several by hand. */
function viewCell(column: string, lines: CostLine[], currency: string) {
  const [line] = lines;
  if (!line) return { column, text: '–', sub: '' };
  const names = lines.map(({ item }) => titleOfItem(item));
  const quantity =
    line.quantity === null ? null : formatQuantity(line.item, line.quantity).replace(/ tokens?$/, '');
  const amounts = lines.filter(({ amount }) => amount !== null);
  const sub = [
    ...amounts.map((one) => formatAmount(one.amount, one.currency ?? currency)),
    ...(lines.some((one) => one.is_estimate) ? ['estimate'] : []),
    ...(lines.some((one) => one.is_manual) ? ['by hand'] : []),
  ];
  return { column, text: quantity ?? (column === 'Other' ? names.join(', ') : '–'), sub: sub.join(', ') };
}

function viewManual(line: CostLine, currency: string) {
  const { day, item, amount, note, changed_at, changed_by } = line;
  return {
    id: `cost-${day}-${item.replaceAll(/\W/g, '-')}`,
    day: formatDay(day),
    title: titleOfItem(item),
    amount: formatAmount(amount, line.currency ?? currency),
    note,
    changedAt: changed_at,
    changedBy: changed_by,
    editUrl: lineUrl(line, 'edit'),
    removeUrl: lineUrl(line, 'remove'),
  };
}
