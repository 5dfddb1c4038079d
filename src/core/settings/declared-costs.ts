// The settings of costs: prices, budgets and the stop at a used-up budget. Without a price no amount is shown.
import { amount } from './amounts.ts';
import { text, toggle } from './kinds.ts';

const price = (item: string, words: { title: string; text: string; per: string }) =>
  amount({
    key: `price.${item}`,
    variable: `CHL_PRICE_${item.toUpperCase()}`,
    group: 'costs',
    title: words.title,
    text: words.text,
    unit: words.per,
    // The operation `costs` closes days with the prices of the server.
    toChildren: true,
  });

const budget = (span: string, title: string) =>
  amount({
    key: `budget.${span}`,
    variable: `CHL_BUDGET_${span.toUpperCase()}`,
    group: 'costs',
    title,
    text: 'A finding opens at 80% of it, and is an error at 100%.',
    unit: 'in the currency',
  });

export const costSettings = {
  tokenPrice: price('embedding_tokens', {
    title: 'Price of embedding',
    text: 'Tokens as the embedding service counts them.',
    per: 'per million tokens',
  }),
  jobCpuPrice: price('job_cpu', {
    title: 'Price of the CPU time of jobs',
    text: 'Jobs and workers.',
    per: 'per hour',
  }),
  serverCpuPrice: price('server_cpu', {
    title: 'Price of the CPU time of the server',
    text: 'This process.',
    per: 'per hour',
  }),
  diskPrice: price('disk', {
    title: 'Price of disk space',
    text: 'The data folder as it was last measured on a day.',
    per: 'per GB and month',
  }),
  currency: text({
    key: 'price.currency',
    variable: 'CHL_PRICE_CURRENCY',
    group: 'costs',
    title: 'Currency',
    text: 'Of prices, budgets and amounts.',
    toChildren: true,
    allowed: 'Three capital letters, such as EUR.',
    findFault: (value) =>
      /^(?:[A-Z]{3})?$/.test(value) ? null : 'Write three capital letters, such as EUR.',
  }),
  dayBudget: budget('day', 'Budget of a day'),
  monthBudget: budget('month', 'Budget of a month'),
  budgetStop: toggle({
    key: 'budget.stop',
    variable: 'CHL_BUDGET_STOP',
    group: 'costs',
    title: 'Pause the workers at a used-up budget',
    text: 'They stay paused until somebody resumes them.',
    default: false,
  }),
};
