import { count } from '../core/format.ts';
import { noRetries, type Operation } from '../core/operation.ts';

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
        title: 'Embed again',
        description:
          'Also what has a current embedding: everything, or only the category or entry chosen below.',
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
    args.full ? `${chosen(args)} again` : `what is new${isPart(args) ? `: ${chosen(args)}` : ''}`,
  outcome: (result) =>
    `${count(Number(result.vectors))} vectors: ${count(Number(result.embedded))} embedded, ${count(Number(result.reused))} reused.`,
  dialog: (args) => ({
    question: args.full
      ? `Embed ${chosen(args)} again and rebuild the index?`
      : `Embed what is new${isPart(args) ? ` of ${chosen(args)}` : ''} and rebuild the index?`,
    consequences: [
      'Search keeps using the current index until the new one is ready.',
      args.full
        ? `The new vectors take the place of the old ones: ${chosen(args)}. Until each is embedded it waits in the queue, and workers help.`
        : 'Entries with a current embedding are not embedded again.',
      ...(isPart(args) ? ['The index holds the others with the embeddings that they have.'] : []),
    ],
    confirm: 'Rebuild index',
    keep: 'Keep current index',
  }),
  cancelNote:
    'Search keeps the current index. What is embedded stays embedded; what still waits is left to the workers.',
};

function isPart({ category, entry }: Record<string, unknown>): boolean {
  return Boolean(category || entry);
}

/** Which entries the run is about. */
function chosen({ category, entry }: Record<string, unknown>): string {
  if (entry) return `entry ${entry}`;
  return category ? `category ${category}` : 'everything';
}
