import { url } from '../core/url.ts';
import { count, plural } from '../core/format.ts';
import { indexOperation } from './index-operation.ts';
import type { Operation } from '../core/operation.ts';

export const repairOperation: Operation = {
  name: 'repair',
  title: 'Repair index',
  verb: 'Repair index',
  summary: 'Brings the index and the library together again, if they are not.',
  description:
    'Embeds the entries that are stale, missing or failed, builds an index of exactly the library beside the live one, checks it, and switches. When the index is whole and nothing is behind, it does nothing.',
  icon: 'index',
  args: { type: 'object', additionalProperties: false, properties: {} },
  locks: indexOperation.locks,
  danger: () => 'costly',
  confirmWord: null,
  hardLimitMs: null,
  retries: indexOperation.retries,
  onRestart: 'fail',
  script: 'repair',
  unavailable: ({ mode }, { state }) =>
    mode === 'noop' || state !== 'ready'
      ? null
      : {
          why: 'Nothing to repair: the index holds exactly the library.',
          instead: { text: 'Rebuild it…', href: url('/ui/operations/index/confirm') },
        },
  subject: () => 'what is stale, missing, failed or orphaned',
  outcome: ({ repaired, embedded, vectors }) =>
    repaired === 0
      ? `Nothing to repair: the index holds ${plural(Number(vectors), 'vector')}, one an entry.`
      : `${count(Number(repaired))} repaired: ${count(Number(embedded))} embedded, ${plural(Number(vectors), 'vector')}.`,
  dialog: () => ({
    question: 'Repair the index?',
    consequences: [
      'Entries that are stale, missing or failed are embedded; vectors without an entry go.',
      'Search keeps using the current index until the new one is ready.',
    ],
    confirm: 'Repair index',
    keep: 'Keep current index',
  }),
  cancelNote: indexOperation.cancelNote,
};
