import { explain } from '../core/faults.ts';
import { url } from '../core/url.ts';
import path from 'node:path';
import type { Config } from '../core/config.ts';
import { AppError } from '../core/errors.ts';
import { describeCanaries } from './canary-check.ts';
import { canaryPhases, despiteCanaries, despiteCanariesArgument } from './canary-switch.ts';
import { readIndexHeader } from './faiss-reader.ts';
import { generationFiles, nullIfBroken, readPointer } from './generation.ts';
import { plural } from '../core/format.ts';
import { type Operation, runsOnce } from '../core/operation.ts';

export const rollbackOperation: Operation = {
  name: 'rollback',
  title: 'Roll back index',
  verb: 'Roll back',
  summary: 'Makes the previous index the live one again.',
  description:
    'Verifies the previous index and switches to it. The current index becomes the previous one, so a second roll back undoes the first.',
  icon: 'retry',
  args: {
    type: 'object',
    additionalProperties: false,
    properties: { despite_canaries: despiteCanariesArgument },
  },
  locks: () => [{ name: 'index', mode: 'exclusive' }],
  danger: () => 'destructive',
  confirmWord: 'rollback',
  ...runsOnce,
  script: 'rollback',
  assertPossible(_args, { indexFolder, mode }) {
    if (mode === 'noop' || previousGeneration(indexFolder)) return;
    throw new AppError(
      'index_missing',
      'There is no previous index to roll back to. A rebuild or a snapshot keeps the index that it replaces.',
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
  phases: {
    verify: 'Verifying the previous index',
    coverage: 'Comparing with the library',
    ...canaryPhases,
    switch: 'Switching to the previous index',
  },
  sizes: ['vectors'],
  outcome: (result) =>
    `${plural(Number(result.vectors), 'vector')} in use again; the replaced index is kept.${describeCanaries(result)}`,
  dialog: ({ despite_canaries }, config) => ({
    question: 'Roll back to the previous index?',
    consequences: [
      ...(config ? describe(config) : []),
      'Search switches to it once it is verified.',
      ...(despite_canaries ? [despiteCanaries] : []),
      'The current index is kept; rolling back again restores it.',
      'The library and its embeddings do not change. Entries that changed since show as stale or missing.',
    ],
    confirm: despite_canaries ? 'Switch anyway' : 'Roll back index',
    keep: 'Keep current index',
  }),
  cancelNote: 'The index changes in one step at the end. Until then the current one stays in use.',
};

/** Null also when the pointer cannot be read. */
function previousGeneration(indexFolder: string): string | null {
  return nullIfBroken(() => readPointer(indexFolder))?.previous ?? null;
}

function describe({ indexFolder }: Pick<Config, 'indexFolder'>): string[] {
  const previous = previousGeneration(indexFolder);
  if (previous === null) return ['There is no previous index, so the roll back would fail.'];
  try {
    const { count } = readIndexHeader(generationFiles(path.join(indexFolder, previous)).index);
    return [`The previous index is ${previous} with ${plural(count, 'vector')}.`];
  } catch (error) {
    return [`The previous index cannot be used: ${explain(error)}`];
  }
}
