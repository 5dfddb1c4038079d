// The form that applies a plan: what it would do, what must be allowed, reason and word.
import { waitableOf } from '../../operations/blocked-run.ts';
import { randomUUID } from 'node:crypto';
import type { Requester } from '../../core/audit.ts';
import { readProblems } from '../../core/arguments.ts';
import { reasonMinLength } from '../../core/confirmation.ts';
import { AppError } from '../../core/errors.ts';
import { formatNumber, plural, upperFirst } from '../../core/format.ts';
import type { Args, Operation } from '../../core/operation.ts';
import type { Job } from '../../jobs/job.ts';
import { confirmationProblems, leastRoleFor, requireConfirmation, requireRole } from '../../jobs/refusals.ts';
import type { RunRequest } from '../../jobs/run-request.ts';
import type { Form } from '../../web/validation.ts';
import type { PlanContext } from '../parts.ts';
import { comparesSheet, noPlan, type Plan } from '../plan.ts';
import { describeCause } from './cause.ts';
import { describeEffect, hasNoChanges, percent } from './plan-view.ts';

type Permission = {
  name: 'allow_removals' | 'skip_invalid';
  tone: string;
  icon: string;
  label: string;
  text: string;
};

const partOfLibrary = 'A sheet that is only a part of the library looks like this.';

/** Lists the boxes that a person must tick before the plan is applied. */
function permissionsOf(plan: Plan): Permission[] {
  const { largeRemoval, refusal, counts, operation } = plan;
  const permissions: Permission[] = [];
  if (largeRemoval) {
    const { removed, entries } = largeRemoval;
    const share = `${formatNumber(removed)} of ${plural(entries, 'entry', 'entries')} would be removed, ${percent(removed, entries)}.`;
    permissions.push({
      name: 'allow_removals',
      tone: 'bad',
      icon: 'cross',
      label: 'Allow a large removal (over 20%)',
      text: [share, describeCause(plan) ?? (comparesSheet(plan) ? partOfLibrary : '')].join(' ').trimEnd(),
    });
  }
  if (refusal) {
    const text = `${upperFirst(refusal)}. One wrong row stops the run; left out, its entry stays as it is.`;
    const label = counts.wrong === 1 ? 'Leave out the wrong row' : 'Leave out the wrong rows';
    permissions.push({ name: 'skip_invalid', tone: 'warn', icon: 'tri', label, text });
  }
  return permissions.filter(({ name }) => operation.args.properties[name] !== undefined);
}

/** The arguments of the run; `derived` ones decide how it must be confirmed. */
function applyArgs({ libraryState }: Pick<PlanContext, 'libraryState'>, plan: Plan, form: Form): Args {
  const allowed = permissionsOf(plan).map(({ name }): [string, boolean] => [name, form[name] === 'true']);
  const args = { ...plan.args, ...Object.fromEntries(allowed), plan: form.plan ?? plan.token };
  return plan.operation.derive?.(args, libraryState) ?? args;
}

/** Throws the refusal of a dry run that has made no plan, after those of role and confirmation: `forbidden`,
 *  `confirmation_required`, `wrong_state`. */
export function refuseWithoutPlan(
  { libraryState }: Pick<PlanContext, 'libraryState'>,
  job: Job,
  operation: Operation,
  { reason, confirm }: Form,
  by: Requester,
): never {
  const args = { ...job.args, dry_run: false };
  const derived = operation.derive?.(args, libraryState) ?? args;
  requireRole(operation, derived, by);
  requireConfirmation(operation, derived, { reason, confirm });
  throw noPlan(job);
}

/** Null when there is nothing to apply. */
export function viewForm(ctx: PlanContext, plan: Plan, form: Form, error?: AppError) {
  const { operation, appliedBy, outdated } = plan;
  if (appliedBy || outdated || (hasNoChanges(plan) && !plan.refusal)) return null;
  const args = applyArgs(ctx, plan, form);
  const { problemOf, message } = readProblems(error);
  return {
    action: `/ui/plans/${plan.job.number}/apply`,
    token: plan.token,
    key: form.key ?? randomUUID(),
    permissions: permissionsOf(plan).map((permission) => ({
      ...permission,
      isTicked: form[permission.name] === 'true',
      problem: problemOf(permission.name),
    })),
    isDestructive: operation.danger(args) === 'destructive',
    needs: leastRoleFor(operation, args),
    word: operation.confirmWord,
    minReason: reasonMinLength,
    reason: form.reason ?? '',
    typed: form.confirm ?? '',
    problemOf: { reason: problemOf('reason'), confirm: problemOf('confirm') },
    message,
    blocker: waitableOf(ctx.jobs.blockerOf(operation, args)),
    confirm: hasNoChanges(plan) ? 'Apply: change nothing' : `Apply: ${describeEffect(plan)}`,
    keep: 'Keep the library as it is',
  };
}

/** The request of the filled form. Throws `forbidden`, and `confirmation_required` with every problem at once. */
export function readForm(ctx: PlanContext, plan: Plan, form: Form, by: Requester): RunRequest {
  const args = applyArgs(ctx, plan, form);
  requireRole(plan.operation, args, by);
  const { reason, confirm } = form;
  const problems = [
    ...permissionsOf(plan)
      .filter(({ name }) => args[name] !== true)
      .map(({ name, label }) => ({ field: name, message: `Tick “${label}” to apply this plan.` })),
    ...confirmationProblems(plan.operation, args, { reason, confirm }),
  ];
  if (problems.length > 0)
    throw new AppError('confirmation_required', problems.map(({ message }) => message).join(' '), {
      problems,
    });
  const whenLocked = form.when_locked === 'wait' ? ('wait' as const) : undefined;
  return { operation: plan.operation.name, args, reason, confirm, whenLocked };
}
