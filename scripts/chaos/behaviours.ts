// The operations of the chaos suite: two chores whose child behaves as its arguments say, beside the real operations on a
// small library. The second chore is retried, and requeued after a crash.
import type { Claim } from '../../src/jobs/job.ts';
import { type Catalogue, createCatalogue } from '../../src/core/catalogue.ts';
import { exportOperation } from '../../src/exports/export-operation.ts';
import { importOperation } from '../../src/sheets/import-operation.ts';
import { indexOperation } from '../../src/index/index-operation.ts';
import { noRetries, type Operation } from '../../src/core/operation.ts';
import { undoOperation } from '../../src/undo/undo-operation.ts';

export const behaviours = [
  'succeeds',
  'fails',
  'ignores-sigterm',
  'forks-a-daemon',
  'setsid',
  'floods-output',
  'floods-progress',
  'exits-75',
  'exits-65',
  'sleeps',
  'stops-itself',
] as const;
export type Behaviour = (typeof behaviours)[number];

/** The claims that a chore's arguments can name. */
export const locks = {
  none: [],
  a: [{ name: 'a', mode: 'exclusive' }],
  b: [{ name: 'b', mode: 'exclusive' }],
  'a-shared': [{ name: 'a', mode: 'shared' }],
} as const satisfies Record<string, Claim[]>;
export type LockName = keyof typeof locks;
export const lockNames = Object.keys(locks) as [LockName, ...LockName[]];

/** `ms`: how long a child that waits waits. */
export type ChoreArguments = { behaviour: Behaviour; lock: LockName; ms: number };

export function createChaosCatalogue(): Catalogue {
  return createCatalogue([
    importOperation,
    exportOperation,
    indexOperation,
    undoOperation,
    chore({ name: 'chore' }),
    chore({
      name: 'stubborn-chore',
      onRestart: 'requeue',
      retries: { maxAttempts: 3, delayMs: 100, backoff: 2 },
    }),
  ]);
}

function chore(different: Pick<Operation, 'name'> & Partial<Operation>): Operation {
  return {
    title: 'Chore',
    verb: 'Do',
    summary: 'Does what it is told.',
    description: 'Does what it is told, good or bad.',
    icon: 'index',
    args: {
      type: 'object',
      additionalProperties: false,
      properties: {
        behaviour: { type: 'string', title: 'Behaviour', enum: [...behaviours], default: 'succeeds' },
        lock: { type: 'string', title: 'Lock', enum: lockNames, default: 'none' },
        ms: { type: 'integer', title: 'Milliseconds', minimum: 0, maximum: 600_000, default: 0 },
      },
    },
    locks: (args) => [...locks[args.lock as LockName]],
    danger: () => 'safe',
    confirmWord: null,
    hardLimitMs: null,
    retries: noRetries,
    onRestart: 'fail',
    script: 'chaos/child',
    subject: (args) => String(args.behaviour),
    outcome: () => 'Done.',
    dialog: () => ({ question: 'Do it?', consequences: [], confirm: 'Do it', keep: 'Leave it' }),
    phases: {},
    cancelNote: 'Nothing is left behind.',
    ...different,
  };
}
