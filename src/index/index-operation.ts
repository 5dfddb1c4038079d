import { formatNumber } from '../core/format.ts';
import { type Operation, runsOnce } from '../core/operation.ts';
import { describeCanaries } from './canary-check.ts';
import { canaryPhases, despiteCanaries, despiteCanariesArgument } from './canary-switch.ts';

export const indexOperation: Operation = {
  name: 'index',
  title: 'Rebuild index',
  verb: 'Rebuild index',
  summary: 'Embeds new entries and builds the search index.',
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
          'Also embeds entries that have a current embedding: all, or only the category or entry below.',
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
      after: {
        type: 'integer',
        title: 'After import',
        description: 'The number of the import that it follows: without entries it then has nothing to do.',
        minimum: 1,
        hidden: true,
        perRun: true,
      },
      despite_canaries: despiteCanariesArgument,
    },
  },
  locks: () => [
    { name: 'index', mode: 'exclusive' },
    { name: 'library', mode: 'shared' },
  ],
  danger: (args) => (args.despite_canaries ? 'destructive' : 'costly'),
  confirmWord: 'index',
  ...runsOnce,
  script: 'index',
  subject: (args) =>
    args.full ? `${chosen(args)} again` : `new entries${isPart(args) ? `: ${chosen(args)}` : ''}`,
  phases: {
    embed: 'Embedding entries',
    build: 'Building the index',
    words: 'Writing the word index',
    verify: 'Verifying the index',
    ...canaryPhases,
    switch: 'Switching to the new index',
  },
  sizes: ['embedded', 'vectors'],
  outcome: (result) =>
    typeof result.not_needed === 'string'
      ? result.not_needed
      : `${formatNumber(Number(result.vectors))} vectors: ${formatNumber(Number(result.embedded))} embedded, ${formatNumber(Number(result.reused))} reused.${describeCanaries(result)}`,
  workload: ({ full, category, entry }, { all, unembedded }) => {
    const part = {
      ...(category ? { category: String(category) } : {}),
      ...(entry ? { entry: String(entry) } : {}),
    };
    const leftOut = unembedded() - unembedded(part);
    const embeds = full ? all(part) : unembedded(part);
    return { embeds, vectors: all() - leftOut, texts: { ...part, isWaiting: !full } };
  },
  dialog: (args) => ({
    question: args.full
      ? `Embed ${chosen(args)} again and rebuild the index?`
      : `Embed new entries${isPart(args) ? ` of ${chosen(args)}` : ''} and rebuild the index?`,
    consequences: [
      'Search keeps using the current index until the new one is ready.',
      args.full
        ? `New vectors replace the old ones: ${chosen(args)}. Until they are embedded, the entries stay in the queue, where workers help.`
        : 'Entries with a current embedding are not embedded again.',
      ...(args.despite_canaries ? [despiteCanaries] : []),
      ...(isPart(args) ? ['The index keeps the other entries with their current embeddings.'] : []),
    ],
    confirm: args.despite_canaries ? 'Switch anyway' : 'Rebuild index',
    keep: 'Keep current index',
  }),
  cancelNote: 'Search keeps the current index. Finished embeddings are kept; the workers embed the rest.',
};

function isPart({ category, entry }: Record<string, unknown>): boolean {
  return Boolean(category || entry);
}

/** The entries that the run embeds. */
function chosen({ category, entry }: Record<string, unknown>): string {
  if (entry) return `entry ${entry}`;
  return category ? `category ${category}` : 'everything';
}
