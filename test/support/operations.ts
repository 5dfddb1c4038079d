// Defines operations for tests, with defaults for everything that a test does not set.
import path from 'node:path';
import { packageRoot } from '../../src/core/config.ts';
import { noRetries, type Operation } from '../../src/core/operation.ts';

/** Runs a child of test/support/children; the default succeeds and takes no locks. */
export function defineOperation(different: Partial<Operation> & { child?: string } = {}): Operation {
  const { child = 'succeeds', ...rest } = different;
  return {
    name: 'chore',
    title: 'Chore',
    verb: 'Do',
    summary: 'Does a chore.',
    description: 'Does a chore of a test.',
    icon: 'index',
    args: {
      type: 'object',
      additionalProperties: false,
      properties: {
        text: { type: 'string', title: 'Text', maxLength: 2_000_000 },
        count: { type: 'integer', title: 'Count', minimum: 0, maximum: 1_000_000_000 },
      },
    },
    locks: () => [],
    danger: () => 'safe',
    confirmWord: null,
    hardLimitMs: null,
    retries: noRetries,
    onRestart: 'fail',
    script: `../test/support/children/${child}`,
    subject: () => 'a test',
    outcome: () => 'Done.',
    dialog: () => ({ question: 'Do it?', consequences: ['It is done.'], confirm: 'Do it', keep: 'Leave it' }),
    phases: {},
    cancelNote: 'Nothing is left behind.',
    ...rest,
  };
}

/** An operation whose dialog asks for a reason and the word `wipe`. */
export function defineDestructive(): Operation {
  return defineOperation({ name: 'wipe', danger: () => 'destructive', confirmWord: 'wipe' });
}

/** A time limit for a child that is to be caught in a phase: well above the time it took to get there before, however slow
 *  the machine is. */
export function limitAfter(tookMs: number): number {
  return Math.max(1500, 5 * tookMs);
}

/** The compiled file of a child, for tests that start it themselves. */
export function childFile(name: string): string {
  return path.join(packageRoot, 'dist/test/support/children', `${name}.js`);
}
