// The members that the definitions of undo and restore have in common.
import type { Config } from '../core/config.ts';
import { formatNumber, upperFirst } from '../core/format.ts';
import { type Operation, type PlanState, runsOnce } from '../core/operation.ts';
import { planOutdated } from '../sheets/token.ts';

/** As the server records them. `plan`: the token of a dry run. */
export type PutBackArguments = { dry_run: boolean; allow_changed: boolean; plan?: string };

/** What happens to rows, as the outcome of a job and its plan say it. */
export const putBackWords = {
  added: 'added again',
  changed: 'changed back',
  removed: 'removed',
  left_alone: 'left alone',
};

export const putBackOperation = {
  icon: 'retry',
  locks: () => [{ name: 'library', mode: 'exclusive' }],
  danger: (args) => (args.dry_run ? 'safe' : 'destructive'),
  plansFirst: (args) => args.plan === undefined,
  ...runsOnce,
  sizes: ['added', 'changed', 'removed', 'unchanged'],
  outcome(result) {
    const parts = Object.entries(putBackWords)
      .filter(([key]) => Number(result[key]) > 0)
      .map(([key, text]) => `${formatNumber(Number(result[key]))} ${text}`);
    const counts = parts.length > 0 ? parts.join(', ') : 'nothing to put back';
    return result.dry_run ? `Dry run: ${counts}. Nothing was written.` : `${upperFirst(counts)}.`;
  },
  cancelNote: 'The library changes in one step at the end. Until then nothing is written.',
} satisfies Partial<Operation>;

/** `tokenOf`: the token of a plan for this revision of the library. `comparedWith`: the subject of the refusal. */
export function checkPlanBy<Args extends PutBackArguments>(
  comparedWith: string,
  tokenOf: (args: Args, libraryRevision: number, config: Config) => string | Promise<string>,
): NonNullable<Operation['checkPlan']> {
  const check = async (args: Args, { libraryRevision, config }: PlanState) => {
    if ((await tokenOf(args, libraryRevision(), config)) !== args.plan)
      throw planOutdated('plan_outdated', comparedWith);
  };
  return (args, current) => {
    const given = args as Args;
    return given.plan === undefined ? undefined : check(given, current);
  };
}
