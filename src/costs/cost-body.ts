// Costs as the API shows them.
import { nullable, objectSchema, textSchema } from '../core/schemas.ts';
import { pricedItems } from '../cost-store/amounts.ts';

const boolean = { type: 'boolean' };

export const lineSchema = objectSchema({
  day: textSchema,
  item: textSchema,
  quantity: nullable('number'),
  is_estimate: boolean,
  unit_price: nullable('number'),
  amount: nullable('number'),
  currency: nullable('string'),
  is_manual: boolean,
  note: nullable('string'),
  is_closed: boolean,
  changed_at: nullable('string'),
  changed_by: nullable('string'),
});

const budgetSchema = objectSchema({
  amount: nullable('number'),
  budget: nullable('number'),
  share: nullable('number'),
  pace_day: nullable('string'),
  left_out: {
    type: 'array',
    items: objectSchema({ currency: textSchema, amount: { type: 'number' } }),
  },
});

export const sumsSchema = {
  currency: nullable('string'),
  today: textSchema,
  day: budgetSchema,
  month: budgetSchema,
  prices: objectSchema(Object.fromEntries(pricedItems.map((item) => [item, nullable('number')]))),
};
