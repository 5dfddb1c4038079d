import { url } from '../core/url.ts';
import path from 'node:path';
import type { Config } from '../core/config.ts';
import { AppError } from '../core/errors.ts';
import { readIndexHeader } from './faiss-file.ts';
import { generationFiles, readPointer } from './generation.ts';
import { plural } from '../core/format.ts';
import { noRetries, type Operation } from '../core/operation.ts';

export const rollbackOperation: Operation = {
  name: 'rollback',
  title: 'Roll back index',
  verb: 'Roll back',
  summary: 'Goes back to the index before the current one.',
  description:
    'Verifies the previous index and switches to it. The current one is kept as the previous one, so that a second roll back goes forward again.',
  icon: 'retry',
  args: { type: 'object', additionalProperties: false, properties: {} },
  locks: () => [{ name: 'index', mode: 'exclusive' }],
  danger: () => 'destructive',
  confirmWord: 'rollback',
  hardLimitMs: null,
  retries: noRetries,
  onRestart: 'fail',
  script: 'rollback',
  check(args, { indexFolder, mode }) {
    if (mode === 'noop' || previousGeneration(indexFolder)) return args;
    throw new AppError(
      'index_missing',
      'There is no previous index to roll back to. One is kept when a rebuild or a snapshot takes the place of another.',
    );
  },
  unavailable: ({ indexFolder, mode }) =>
    mode === 'noop' || previousGeneration(indexFolder)
      ? null
      : {
          why: 'There is no previous index. The next rebuild or snapshot keeps this one.',
          instead: { text: 'Rebuild index…', href: url('/ui/operations/index/confirm') },
        },
  subject: () => 'to the previous index',
  outcome: (result) => `${plural(Number(result.vectors), 'vector')} live again; the other index is kept.`,
  dialog: (_args, config) => ({
    question: 'Roll back to the previous index?',
    consequences: [
      ...(config ? describe(config) : []),
      'Search uses it as soon as it is verified; until then the current index answers.',
      'The current index is kept as the previous one: rolling back again brings it back.',
      'The library and its embeddings stay as they are. Entries that changed since show as stale or missing.',
    ],
    confirm: 'Roll back index',
    keep: 'Keep current index',
  }),
  cancelNote:
    'The index changes in one step at the very end. Before that step the current index stays as it is.',
};

/** Null also when the pointer cannot be read: then there is nothing that one could trust. */
function previousGeneration(indexFolder: string): string | null {
  try {
    return readPointer(indexFolder)?.previous ?? null;
  } catch {
    return null;
  }
}

function describe({ indexFolder }: Pick<Config, 'indexFolder'>): string[] {
  const previous = previousGeneration(indexFolder);
  if (previous === null) return ['There is no previous index now, so the roll back would fail.'];
  try {
    const { count } = readIndexHeader(generationFiles(path.join(indexFolder, previous)).index);
    return [`The previous index is ${previous} with ${plural(count, 'vector')}.`];
  } catch (error) {
    return [`The previous index cannot be used: ${(error as Error).message}`];
  }
}
