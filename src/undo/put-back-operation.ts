// The members that the definitions of undo and restore have in common.
import type { AppError } from '../core/errors.ts';
import { formatNumber, upperFirst } from '../core/format.ts';
import { type Operation, runsOnce } from '../core/operation.ts';
import { planOutdated } from '../sheets/token.ts';

/** As the server records them. `plan`: the token of a dry run. */
export type PutBackArguments = { dry_run: boolean; allow_changed: boolean; plan?: string };

export const putBackOperation = {
  icon: 'retry',
  locks: () => [{ name: 'library', mode: 'exclusive' }],
  danger: (args) => (args.dry_run ? 'safe' : 'destructive'),
  plansFirst: (args) => args.plan === undefined,
  ...runsOnce,
  sizes: ['added', 'changed', 'removed', 'unchanged'],
  outcome(result) {
    const words = {
      added: 'added again',
      changed: 'changed back',
      removed: 'removed',
      left_alone: 'left alone',
    };
    const parts = Object.entries(words)
      .filter(([key]) => Number(result[key]) > 0)
      .map(([key, text]) => `${formatNumber(Number(result[key]))} ${text}`);
    const counts = parts.length > 0 ? parts.join(', ') : 'nothing to put back';
    return result.dry_run ? `Dry run: ${counts}. Nothing was written.` : `${upperFirst(counts)}.`;
  },
  cancelNote: 'The library changes in one step at the end. Until then nothing is written.',
} satisfies Partial<Operation>;

/** `tokenOf`: the token of a plan for this revision of the library. */
export function checkPlanBy<Args extends PutBackArguments>(
  tokenOf: (args: Args, libraryRevision: number) => string,
): NonNullable<Operation['checkPlan']> {
  return (args, { libraryRevision }) => {
    const given = args as Args;
    if (given.plan === undefined) return undefined;
    if (tokenOf(given, libraryRevision()) === given.plan) return Promise.resolve();
    return Promise.reject(putBackOutdated('plan_outdated'));
  };
}

export function putBackOutdated(code: 'plan_outdated' | 'bad_input'): AppError {
  return planOutdated(code, 'The library');
}
