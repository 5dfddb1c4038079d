// The view model of the form of a schedule.
import { defaultArguments, readProblems } from '../../core/arguments.ts';
import { reasonMinLength } from '../../core/confirmation.ts';
import { AppError } from '../../core/errors.ts';
import type { Operation } from '../../core/operation.ts';
import { url } from '../../core/url.ts';
import { listOptions, suggestedArguments, viewField, withInput } from '../../operations/run-dialog.ts';
import { describeCron } from '../../schedule-store/describe-cron.ts';
import { machineZone, readCron } from '../../schedule-store/cron.ts';
import { wasName } from '../../web/edited-field.ts';
import type { Form } from '../../web/validation.ts';
import { presets, presetTitles, readRule, weekdays } from '../presets.ts';
import { canBeScheduled, schedulableArguments } from '../../schedule-store/schedulable.ts';
import type { Schedule } from '../../schedule-store/schedule.ts';
import { scheduleActions, scheduleTarget } from '../actions.ts';
import { viewNextTimes } from './schedule-card.ts';
import type { SchedulesContext } from '../parts.ts';
import { storedWord } from '../read-schedule.ts';
import { argPrefix, argsOf, readScheduleForm, ruleFieldsOf } from './schedule-form.ts';

/** `stored`: the schedule that is changed; null for a new one. */
export type ShownForm = { stored: Schedule | null; form: Form; error?: AppError | undefined };

export function viewForm(ctx: SchedulesContext, { stored, form, error }: ShownForm) {
  const name = stored?.name ?? null;
  const operation = ctx.catalogue.find(form.operation ?? '');
  const { problemOf, problems, message } = readProblems(error);
  const args = viewArguments(ctx, operation, form, problemOf);
  const when = viewWhen(form, problemOf);
  const shown = [...args, ...when.fields].map((field) => field.name);
  const known = [...shown, 'name', 'operation', 'preset', 'zone', 'missed', 'overlap', 'reason', 'confirm'];
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
    zone: form.zone ?? '',
    zones: zoneNames(),
    rule: viewPreview(ctx, form),
    missed: form.missed ?? '',
    overlap: form.overlap ?? '',
    isOn: form.is_on === 'true',
    confirmation: operation && viewConfirmation(operation, { stored, form }, problemOf),
  };
}

const changedMeanwhile = 'Nothing was saved: the schedule has changed since you opened this form.';

/** The problems of the rule, or its sentence, its next five times and what happens when the clock changes. */
function viewPreview(ctx: SchedulesContext, form: Form) {
  const read = readRule(ruleFieldsOf(form));
  const zone = (form.zone ?? '').trim();
  if ('problems' in read) return { problems: read.problems.map(({ message }) => message) };
  try {
    readCron(read.cron, zone);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { problems } = readProblems(error);
    return { problems: problems.length > 0 ? problems.map(({ message }) => message) : [error.message] };
  }
  return {
    problems: [],
    cron: read.cron,
    sentence: describeCron(read.cron),
    zone,
    isOtherZone: zone !== machineZone(),
    ...viewNextTimes({ cron: read.cron, zone }, ctx.now()),
  };
}

type ProblemOf = (field: string) => string | null;

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
  const none = { value: operation, label: operation || 'Choose…', isChosen: true };
  return withInput({
    name: 'operation',
    title: 'Operation',
    description: null,
    kind: 'choice',
    value: operation,
    problem,
    options: isListed ? options : [none, ...options],
  });
}

function viewWhen(form: Form, problemOf: ProblemOf) {
  const rule = ruleFieldsOf(form);
  const text = (name: 'minute' | 'at' | 'day' | 'cron', title: string) =>
    withInput({
      name,
      title,
      description: null,
      kind: 'string',
      value: rule[name],
      problem: problemOf(name),
    });
  const days = weekdays.map((label, at) => ({
    value: String(at),
    label,
    isChosen: String(at) === rule.weekday,
  }));
  return {
    presets: presets.map((value) => ({
      value,
      title: presetTitles[value],
      isChosen: value === rule.preset,
    })),
    fields: [
      { ...text('minute', 'Minute of the hour'), options: [] },
      withInput({
        name: 'weekday',
        title: 'On',
        description: null,
        kind: 'choice',
        value: rule.weekday,
        problem: problemOf('weekday'),
        options: [...days.slice(1), ...days.slice(0, 1)],
      }),
      { ...text('day', 'Day of the month'), options: [] },
      { ...text('at', 'At (24 h)'), options: [] },
      { ...text('cron', 'Rule, five fields'), options: [] },
    ],
  };
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

/** Each zone that this machine knows; listing them takes a millisecond. */
function zoneNames(): string[] {
  return [...new Set([machineZone(), 'UTC', ...Intl.supportedValuesOf('timeZone')])];
}
