import { count } from '../wording.ts';
import { noRetries, type Operation } from './operation.ts';

export const indexOperation: Operation = {
  name: 'index',
  title: 'Rebuild index',
  verb: 'Rebuild index',
  summary: 'Embeds what is new and builds the search index.',
  description:
    'Embeds entries that are missing or stale, builds an index beside the live one, checks it, and switches. Search uses the old index until then.',
  icon: 'index',
  args: {
    type: 'object',
    additionalProperties: false,
    properties: {
      full: {
        type: 'boolean',
        title: 'Embed everything again',
        description: 'Also what already has a current embedding.',
        default: false,
      },
      category: {
        type: 'string',
        title: 'Only embed one category',
        description: 'Its code, e.g. GIT. Leave empty for all.',
        minLength: 1,
        maxLength: 40,
        advanced: true,
      },
      entry: {
        type: 'string',
        title: 'Only embed one entry',
        description: 'Its id. Leave empty for all.',
        minLength: 1,
        maxLength: 200,
        advanced: true,
      },
    },
  },
  locks: () => [
    { name: 'index', mode: 'exclusive' },
    { name: 'library', mode: 'shared' },
  ],
  danger: () => 'costly',
  confirmWord: null,
  hardLimitMs: null,
  retries: noRetries,
  onRestart: 'fail',
  script: 'index',
  subject: (args) =>
    `${args.full ? 'everything again' : 'what is new'}${args.category ? `, category ${args.category}` : ''}${args.entry ? `, entry ${args.entry}` : ''}`,
  outcome: (result) =>
    `${count(Number(result.vectors))} vectors: ${count(Number(result.embedded))} embedded, ${count(Number(result.reused))} reused.`,
  dialog: (args) => ({
    question: args.full ? 'Embed everything again and rebuild the index?' : 'Rebuild the index?',
    consequences: [
      'Search keeps using the current index until the new one is ready.',
      args.full
        ? 'Every entry is embedded again.'
        : 'Entries with a current embedding are not embedded again.',
    ],
    confirm: 'Rebuild index',
    keep: 'Keep current index',
  }),
  cancelNote: 'Search keeps the current index. Entries that are already embedded stay embedded.',
};
