// The view model of the form of a schedule.
import { defaultArguments, readProblems } from '../../core/arguments.ts';
import { reasonMinLength } from '../../core/confirmation.ts';
import type { AppError } from '../../core/errors.ts';
import type { Operation } from '../../core/operation.ts';
import { url } from '../../core/url.ts';
import { listOptions, suggestedArguments, viewField, withInput } from '../../operations/run-dialog.ts';
import { wasName } from '../../web/edited-field.ts';
import type { Form } from '../../web/validation.ts';
import { canBeScheduled, schedulableArguments } from '../../schedule-store/schedulable.ts';
import type { Schedule } from '../../schedule-store/schedule.ts';
import type { SchedulesContext } from '../parts.ts';
import { storedWord } from '../read-schedule.ts';
import { operationGone, scheduleActions, scheduleTarget } from '../actions.ts';
import { type ProblemOf, viewWhen } from './when-view.ts';
import { argPrefix, argsOf, readScheduleForm } from './schedule-form.ts';

/** `stored`: the schedule that is changed; null for a new one. */
export type ShownForm = { stored: Schedule | null; form: Form; error?: AppError | undefined };

export function viewForm(ctx: SchedulesContext, { stored, form, error }: ShownForm) {
  const name = stored?.name ?? null;
  const operation = ctx.catalogue.find(form.operation ?? '');
  const { problemOf, problems, message } = readProblems(error);
  const args = viewArguments(ctx, operation, form, problemOf);
  const when = viewWhen(form, problemOf, ctx.now());
  const shown = [...args, ...when.fields].map((field) => field.name);
  const known = [...shown, 'name', 'operation', 'preset', 'missed', 'overlap', 'reason', 'confirm'];
  return {
    name,
    typedName: form.name ?? '',
    action: url(name === null ? '/ui/schedules/new' : `/ui/schedules/${name}/edit`),
    preview: url('/ui/schedules/preview'),
    back: url('/schedules'),
    shown: Object.entries(form).filter(([field]) => field.startsWith(wasName(''))),
    isRefused: error !== undefined,
    message: error?.code === 'edit_conflict' ? changedMeanwhile : message,
    otherProblems: problems.filter(({ field }) => !known.includes(field)).map((one) => one.message),
    problemOf,
    operation: viewOperationChoice(ctx, form, problemOf('operation')),
    description: operation?.description ?? null,
    args: args.filter((field) => !field.isAdvanced),
    advanced: args.filter((field) => field.isAdvanced),
    isAdvancedOpen: args.some((field) => field.isAdvanced && (field.problem !== null || field.isGiven)),
    when,
    missed: form.missed ?? '',
    overlap: form.overlap ?? '',
    isOn: form.is_on === 'true',
    confirmation: operation && viewConfirmation(operation, { stored, form }, problemOf),
  };
}

const changedMeanwhile = 'Nothing was saved: the schedule has changed since you opened this form.';

function viewArguments(ctx: SchedulesContext, operation: Operation | null, form: Form, problemOf: ProblemOf) {
  if (!operation) return [];
  const offered = { ...operation, args: schedulableArguments(operation) };
  const properties = listOptions(offered, ctx.options());
  const values = {
    ...suggestedArguments(properties),
    ...defaultArguments(offered),
    ...argsOf(operation, form),
  };
  return Object.entries(properties).map(([name, property]) => {
    const field = viewField(name, property, values[name], problemOf(argPrefix + name));
    const inputId = `args-${name}`;
    return { ...withInput({ ...field, name: inputId }), name: argPrefix + name, inputId };
  });
}

function viewOperationChoice(
  { catalogue }: SchedulesContext,
  { operation = '' }: Form,
  problem: string | null,
) {
  const options = catalogue
    .all()
    .filter(canBeScheduled)
    .map(({ name, title }) => ({
      value: name,
      label: title,
      isChosen: name === operation,
    }));
  const isListed = options.some(({ isChosen }) => isChosen);
  const gone = operation !== '' && !catalogue.find(operation) ? operationGone(operation).message : null;
  const none = { value: operation, label: operation || 'Choose…', isChosen: true };
  return withInput({
    name: 'operation',
    title: 'Operation',
    description: null,
    kind: 'choice',
    value: operation,
    problem: problem ?? gone,
    options: isListed ? options : [none, ...options],
  });
}

/** Null unless runs with these arguments are destructive. `isWordStored`: the word of exactly this run is stored, so only the
 *  reason can be changed. */
function viewConfirmation(
  operation: Operation,
  { stored, form }: Pick<ShownForm, 'stored' | 'form'>,
  problemOf: ProblemOf,
) {
  const { args } = readScheduleForm(operation, form, stored).given;
  if (operation.danger(args) !== 'destructive') return null;
  const word = operation.confirmWord;
  return {
    isWordStored: !form.confirm && storedWord(stored, operation, args) === word,
    isChange: stored?.confirm != null,
    hasReason: Boolean(stored?.reason),
    history:
      stored && url('/audit', { event: scheduleActions.change.name, target: scheduleTarget(stored.name) }),
    word,
    minReason: reasonMinLength,
    reason: form.reason ?? '',
    typed: form.confirm ?? '',
    problemOf: { reason: problemOf('reason'), confirm: problemOf('confirm') },
  };
}
