// The dialogs that enter an amount by hand, and that remove it again.
import { readProblems } from '../../core/arguments.ts';
import type { AppError } from '../../core/errors.ts';
import { formatDay, localDay } from '../../core/format.ts';
import { url } from '../../core/url.ts';
import { pricedItems } from '../../cost-store/amounts.ts';
import type { CostLine } from '../../cost-store/cost-lines.ts';
import { withInput } from '../../operations/run-dialog.ts';
import type { Form } from '../../web/validation.ts';
import { showAgain, wasName } from '../../web/edited-field.ts';
import { titleOfItem } from '../describe-costs.ts';
import { isItem, textsOf } from '../entered-cost.ts';

const other = 'other';
const badName = 'Name: 1 to 40 lower-case letters, digits and hyphens.';

/** The line that a form names; a new line of another name begins with `other:`. */
export function lineOf({ day = '', item = '', name = '' }: Form): { day: string; item: string } {
  return { day: day.trim(), item: item === other ? `${other}:${name.trim()}` : item };
}

/** A comma before three digits may stand between thousands. */
const written = /^\d{1,10}(?:[.,]\d{1,2}|\.\d{3,4})?$/;

/** `10`, `0,05`, `0.0008`; another text becomes NaN, which is a fault. `shown`: the stored amount as the form showed it. */
export function readAmount(text = '', shown?: string): number {
  const trimmed = text.trim();
  if (trimmed !== '' && trimmed === shown) return Number(trimmed);
  return written.test(trimmed) ? Number(trimmed.replace(',', '.')) : Number.NaN;
}

/** `Write 1234 or 1.234.`; null for another text than `1,234`. */
function findComma(text = ''): string | null {
  const [, whole, part] = /^(\d{1,3}),(\d{3})$/.exec(text.trim()) ?? [];
  return whole === undefined ? null : `Amount: write ${Number(`${whole}${part}`)} or ${whole}.${part}.`;
}

/** The address of a dialog for an entered amount. */
export const lineUrl = ({ day, item }: Pick<CostLine, 'day' | 'item'>, verb: 'edit' | 'remove') =>
  url(`/ui/costs/${day}/${encodeURIComponent(item)}/${verb}`);

type Shown = {
  form: Form;
  /** The line by hand that is there already. */
  stored: CostLine | null;
  now: Date;
  currency: string;
  error?: AppError;
};

export function viewEnterDialog({ form, stored, now, currency, error }: Shown) {
  const { problemOf, message } = readProblems(error);
  const texts = textsOf(stored);
  const again = (name: 'amount' | 'note') => showAgain(form, { name, stored: texts[name] }, error);
  const [shownAmount, shownNote] = [again('amount'), again('note')];
  const text = (name: string, title: string, description: string | null, value: string, kind = 'string') =>
    withInput({ name, title, description, kind, value, problem: faultOf(name) });
  const faultOf = (name: string) =>
    problemOf(name) && ((name === 'amount' && findComma(form.amount)) || problemOf(name));
  const unit = currency === '' ? 'Without a currency.' : `In ${currency}.`;
  const amount = text('amount', 'Amount', unit, shownAmount.value);
  const note = text('note', 'Note', 'For example the number of the bill.', shownNote.value);
  const isNamed = (form.item ?? other) === other;
  const named = withInput({
    name: 'name',
    title: 'Name',
    description: 'Of another cost: lower-case letters, digits and hyphens, such as hosting.',
    kind: 'string',
    value: form.name ?? '',
    problem: isNamed ? problemOf('item') && (isItem(lineOf(form).item) ? problemOf('item') : badName) : null,
  });
  return {
    question: stored ? `Change ${titleOfItem(stored.item)} on ${formatDay(stored.day)}` : 'Enter an amount',
    action: stored ? lineUrl(stored, 'edit') : url('/ui/costs/enter'),
    message,
    isRefused: error !== undefined,
    was: stored
      ? [
          [wasName('amount'), shownAmount.was],
          [wasName('note'), shownNote.was],
        ]
      : [],
    fields: stored
      ? [amount, note]
      : [
          text('day', 'Day', null, form.day ?? localDay(now), 'date'),
          viewItem(form, isNamed ? null : problemOf('item')),
          named,
          amount,
          note,
        ],
    confirm: 'Save',
    keep: 'Close',
    back: url('/costs'),
  };
}

function viewItem({ item = other }: Form, problem: string | null) {
  const options = [
    { value: other, label: 'Another cost', isChosen: item === other },
    ...pricedItems.map((value) => ({ value, label: titleOfItem(value), isChosen: value === item })),
  ];
  const description = 'An amount for a counted item replaces the computed one of that day.';
  return withInput({
    name: 'item',
    title: 'Item',
    description,
    kind: 'choice',
    value: item,
    problem,
    options,
  });
}

export function viewRemoveDialog({ day, item }: Pick<CostLine, 'day' | 'item'>) {
  const isOther = item.startsWith(`${other}:`);
  return {
    question: `Remove the amount of ${titleOfItem(item)} on ${formatDay(day)}?`,
    consequences: [
      isOther ? 'The line is removed.' : 'The amount is computed again, from what was used and the prices.',
      'The audit log keeps the amount and its note.',
    ],
    action: lineUrl({ day, item }, 'remove'),
    confirm: 'Remove amount',
    keep: 'Keep it',
    back: url('/costs'),
  };
}
