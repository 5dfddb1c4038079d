import { url } from '../core/url.ts';
import { plural } from '../core/format.ts';
import { indexOperation } from './index-operation.ts';
import { type Operation, runsOnce } from '../core/operation.ts';
import { despiteCanaries, despiteCanariesArgument } from './canary-switch.ts';

export const repairOperation: Operation = {
  name: 'repair',
  title: 'Repair index',
  verb: 'Repair index',
  summary: 'Adds missing entries to the index and removes deleted ones.',
  description:
    'Embeds stale, missing and failed entries, builds an index of the current library beside the live one, checks it, and switches. Does nothing when the index is intact and up to date.',
  icon: 'index',
  args: {
    type: 'object',
    additionalProperties: false,
    properties: { despite_canaries: despiteCanariesArgument },
  },
  locks: indexOperation.locks,
  danger: indexOperation.danger,
  confirmWord: 'repair',
  ...runsOnce,
  script: 'repair',
  unavailable: ({ mode }, { state }) =>
    mode === 'noop' || state !== 'ready'
      ? null
      : {
          why: 'Nothing to repair: the index matches the library.',
          instead: { text: 'Rebuild it…', href: url('/ui/operations/index/confirm') },
        },
  subject: () => 'stale, missing and failed entries; vectors removed from the library',
  phases: { check: 'Checking the index', ...indexOperation.phases },
  sizes: ['repaired', 'embedded', 'vectors'],
  outcome: (result) =>
    result.repaired === 0 && !result.words_rewritten
      ? `Nothing to repair: the index holds ${plural(Number(result.vectors), 'vector')}, one for each entry.`
      : indexOperation.outcome(result),
  workload: (_args, { all, unembedded }) => ({
    embeds: unembedded(),
    vectors: all(),
    texts: { isWaiting: true },
  }),
  dialog: ({ despite_canaries }) => ({
    question: 'Repair the index?',
    consequences: [
      'Embeds stale, missing and failed entries; removes the vectors of deleted entries.',
      'Search keeps using the current index until the new one is ready.',
      ...(despite_canaries ? [despiteCanaries] : []),
    ],
    confirm: despite_canaries ? 'Switch anyway' : 'Repair index',
    keep: 'Keep current index',
  }),
  cancelNote: indexOperation.cancelNote,
  suggestedSchedules: [{ name: 'repair', cron: '30 3 * * *' }],
};
