import { invalidArguments } from '../core/arguments.ts';
import { formatDay, localDay, plural } from '../core/format.ts';
import { noRetries, type Operation } from '../core/operation.ts';
import { dayBefore, firstKeptDay, isDay } from '../cost-store/days.ts';

export const costsOperation: Operation = {
  name: 'costs',
  title: 'Close costs',
  verb: 'Close costs',
  summary: 'Closes the costs of past days at the present prices.',
  description:
    'Each day before today that is not closed yet gets its usage, price and amount, and no later price changes it. Usage that was written later is added at the price of its day. Costs that were entered by hand stay.',
  icon: 'clock',
  isUpkeep: true,
  args: {
    type: 'object',
    additionalProperties: false,
    properties: { day: { type: 'string', format: 'date', maxLength: 10, title: 'Day', hidden: true } },
  },
  locks: () => [{ name: 'costs', mode: 'exclusive' }],
  danger: () => 'safe',
  confirmWord: null,
  hardLimitMs: null,
  retries: noRetries,
  onRestart: 'requeue',
  script: 'costs',
  check(args) {
    const { day } = args as { day?: string };
    const today = localDay(new Date());
    if (day === undefined || (isDay(day) && day < today && day >= firstKeptDay(today))) return args;
    const message = `Day: one before today, from ${formatDay(firstKeptDay(today))} on, such as ${dayBefore(today, 1)}.`;
    throw invalidArguments([{ field: 'day', message }]);
  },
  subject: ({ day }) => (day === undefined ? 'all days before today' : String(day)),
  phases: { close: 'Closing days' },
  sizes: ['days'],
  counts: ['lines'],
  outcome: ({ days, lines }) =>
    Number(days) === 0
      ? 'Every day before today was closed already.'
      : `${plural(Number(days), 'day')} closed with ${plural(Number(lines), 'line')}.`,
  dialog: () => ({
    question: 'Close the costs of past days?',
    consequences: ['Their usage gets the present prices for good.', 'Costs that were entered by hand stay.'],
    confirm: 'Close costs',
    keep: 'Go back',
  }),
  cancelNote: 'All days are closed in one step, or none.',
  suggestedSchedules: [{ name: 'costs', cron: '10 0 * * *' }],
};
