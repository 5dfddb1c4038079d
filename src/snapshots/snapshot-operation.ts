import { url } from '../core/url.ts';
import { AppError } from '../core/errors.ts';
import { describeCanaries } from '../index/canary-check.ts';
import { canaryPhases, despiteCanaries, despiteCanariesArgument } from '../index/canary-switch.ts';
import { describeCoverage } from '../index/coverage.ts';
import { describeSample } from './sample.ts';
import { findStaged, type Staged } from './staging.ts';
import { formatMinute, formatNumber, plural } from '../core/format.ts';
import { type Args, type Operation, runsOnce } from '../core/operation.ts';

export const snapshotOperation: Operation = {
  name: 'snapshot',
  title: 'Install snapshot',
  verb: 'Install snapshot',
  summary: 'Replaces the live index with an uploaded snapshot.',
  description:
    'Verifies an uploaded and checked snapshot again and switches to it. The current index becomes the previous one.',
  icon: 'in',
  args: {
    type: 'object',
    additionalProperties: false,
    properties: {
      staged_id: {
        type: 'string',
        title: 'Uploaded snapshot',
        description: 'Its id. Leave empty for the latest upload.',
        minLength: 1,
        maxLength: 40,
        hidden: true,
        perRun: true,
      },
      allow_uncovered: {
        type: 'boolean',
        title: 'Install although it covers no entry',
        description: 'Search then finds nothing until the index is rebuilt.',
        default: false,
        advanced: true,
      },
      despite_canaries: despiteCanariesArgument,
    },
  },
  locks: () => [{ name: 'index', mode: 'exclusive' }],
  danger: () => 'destructive',
  confirmWord: 'snapshot',
  ...runsOnce,
  script: 'snapshot',
  check(args, { indexFolder, mode }) {
    const staged = mode === 'noop' ? null : findStaged(indexFolder, idOf(args));
    if (staged) {
      assertCovers(staged, args);
      return { ...args, staged_id: staged.staged_id };
    }
    if (mode === 'noop') return args;
    const message =
      'This snapshot is no longer staged: uploads are kept for an hour. Upload it again on the index card.';
    throw new AppError('invalid_arguments', message, { problems: [{ field: 'staged_id', message }] });
  },
  unavailable: ({ indexFolder, mode }) =>
    mode === 'noop' || findStaged(indexFolder, undefined)
      ? null
      : {
          why: 'No snapshot is uploaded.',
          instead: { text: 'Upload one', href: url('/operations#snapshot-form') },
        },
  subject: (args) => (args.staged_id ? `upload ${args.staged_id}` : 'the last upload'),
  phases: {
    verify: 'Verifying the snapshot',
    coverage: 'Comparing with the library',
    words: 'Writing the word index',
    ...canaryPhases,
    switch: 'Switching to the snapshot',
  },
  sizes: ['vectors'],
  outcome: (result) =>
    `${plural(Number(result.vectors), 'vector')} installed; the replaced index is kept.${describeCanaries(result)}`,
  dialog(args, config) {
    const staged = config && findStaged(config.indexFolder, idOf(args));
    return {
      question: staged
        ? 'Replace the index with this snapshot?'
        : 'Replace the index with an uploaded snapshot?',
      consequences: [
        ...(staged ? describe(staged) : []),
        'Search switches to it once it is verified again.',
        ...(args.despite_canaries ? [despiteCanaries] : []),
        'The current index is kept, and a roll back restores it. The index before that is removed.',
      ],
      confirm: args.despite_canaries ? 'Switch anyway' : 'Install snapshot',
      keep: 'Keep current index',
    };
  },
  cancelNote: 'The index changes in one step at the end. Until then the current one stays in use.',
  schedulingProblems: () => [
    { field: 'operation', message: 'It installs a snapshot that a person has just uploaded.' },
  ],
};

function idOf({ staged_id }: Args): string | undefined {
  return staged_id === undefined ? undefined : String(staged_id);
}

/** A snapshot of another library: installing it needs more than the usual confirmation. */
function assertCovers({ coverage }: Staged, { allow_uncovered }: Args) {
  if (coverage.covered > 0 || coverage.entries === 0 || allow_uncovered) return;
  const message = `This snapshot covers none of ${plural(coverage.entries, 'entry', 'entries')}, so search would find nothing: it belongs to another library or is out of date. Upload another one, or allow it (allow_uncovered).`;
  throw new AppError('invalid_arguments', message, { problems: [{ field: 'allow_uncovered', message }] });
}

function describe({ file_name, uploaded_by, manifest, coverage, sample }: Staged): string[] {
  const { model, dimension, count: vectors, built_at } = manifest;
  const built = built_at ? `, built ${formatMinute(built_at)}` : '';
  return [
    `${file_name}, uploaded by ${uploaded_by}: ${formatNumber(vectors)} vectors of ${dimension} numbers by ${model}${built}.`,
    `It ${describeCoverage(coverage)}.`,
    ...(sample ? [describeSample(sample)] : []),
  ];
}
