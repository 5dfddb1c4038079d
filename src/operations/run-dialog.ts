// The view model of an operation's confirm dialog: form fields from the argument schema, consequences and, for a destructive
// run, reason and confirmation word. The run validates everything again.
import { url } from '../core/url.ts';
import { randomUUID } from 'node:crypto';
import { type ArgumentProblem, defaultArguments, readProblems } from '../core/arguments.ts';
import { AppError, type ErrorCode } from '../core/errors.ts';
import { canBeScheduled, isSchedulable } from '../schedule-store/schedulable.ts';
import { shorten } from '../core/shorten.ts';
import type { Args, ArgumentProperty, ArgumentSchema, Operation, OptionLists } from '../core/operation.ts';
import type { Job } from '../jobs/job.ts';
import { viewLastRuns } from '../jobs/last-runs.ts';
import { reasonMinLength } from '../core/confirmation.ts';
import { leastRoleFor } from '../jobs/refusals.ts';
import { viewFiles } from '../sheets/files-view.ts';
import { waitableOf } from './blocked-run.ts';
import { describeMissedCanaries } from './missed-canaries.ts';
import type { OperationContext } from './parts.ts';
import { describeWorkload } from './workload.ts';

/** Names of form fields that are not arguments. */
export const formFields = ['reason', 'confirm', 'when_locked', 'key', 'refused'];

const noopNote = 'Noop mode: the job is recorded, and nothing of the following is done.';

export type RunDialog = {
  operation: Operation;
  args: Args;
  /** The job to run again; its arguments are shown read-only. */
  retryOf?: Job;
  reason?: string | undefined;
  confirm?: string | undefined;
  /** The idempotency key of a rejected form; a new form gets a new one. */
  key?: string | undefined;
  /** The number of the job whose refusal is passed over. */
  refused?: string | undefined;
  /** The error of the rejected form. */
  error?: AppError | undefined;
};

type Given = Pick<
  OperationContext,
  | 'jobs'
  | 'config'
  | 'liveIndex'
  | 'repository'
  | 'entryCounts'
  | 'spending'
  | 'libraryState'
  | 'options'
  | 'readArguments'
>;

export function viewRunDialog(
  ctx: Given,
  { operation, args, retryOf, reason, confirm, key = randomUUID(), refused, error }: RunDialog,
) {
  const properties = listOptions(operation, ctx.options());
  const given = { ...suggestedArguments(properties), ...defaultArguments(operation), ...args };
  const derived = operation.derive?.(given, ctx.libraryState) ?? given;
  const isPlan = !retryOf && operation.plansFirst?.(derived, ctx.libraryState) === true;
  const filled = isPlan ? { ...derived, dry_run: true } : derived;
  const checked = checkedArguments(ctx, operation, filled);
  const { problems, problemOf } = readProblems(error);
  const fields = Object.entries(properties).map(([name, property]) => {
    const hidden = property.hidden || (isPlan && (name === 'dry_run' || property.withPlan));
    const field = viewField(name, { ...property, hidden: hidden === true }, filled[name], problemOf(name));
    const files =
      property.format === 'sheet' && viewFiles(ctx.config, field.value || undefined, field.problem);
    return { ...field, files: files || null };
  });
  const shown = retryOf ? [] : fields.filter((field) => !field.isHidden);
  const unavailable = retryOf ? null : operation.unavailable?.(ctx.config, ctx.liveIndex.indexState());
  const isDestructive = operation.danger(filled) === 'destructive';
  const dialog = operation.dialog(checked, ctx.config);
  const work = operation.workload?.(filled, ctx.entryCounts);
  return {
    ...dialog,
    consequences: [
      ...(ctx.config.mode === 'noop' ? [noopNote] : []),
      ...(work ? describeWorkload(work, ctx) : []),
      ...dialog.consequences,
      ...describeMissedCanaries(ctx.repository, operation.name, filled, refused),
    ],
    action: url(retryOf ? `/ui/jobs/${retryOf.number}/retry` : `/ui/operations/run/${operation.name}`),
    preview: retryOf ? null : url(`/ui/operations/${operation.name}/confirm`),
    schedule: retryOf ? null : scheduleUrl(operation, isPlan ? { ...derived, dry_run: false } : derived),
    back: url(retryOf ? `/jobs/${retryOf.number}` : '/operations'),
    icon: operation.icon,
    runs: viewLastRuns(ctx.repository, operation.name),
    description: operation.description,
    tone: isDestructive ? 'bad' : operation.danger(filled) === 'costly' ? 'warn' : 'idle',
    subject: shorten(operation.subject(checked)),
    retryOf: retryOf?.number ?? null,
    given: retryOf ? [] : fields.filter((field) => field.isHidden && field.value !== ''),
    fields: shown.filter((field) => !field.isAdvanced),
    advanced: shown.filter((field) => field.isAdvanced),
    takesFiles: shown.some((field) => field.files),
    isAdvancedOpen: fields.some((field) => field.isAdvanced && (field.problem || field.isGiven)),
    isDestructive,
    needs: leastRoleFor(operation, filled),
    word: operation.confirmWord,
    minReason: reasonMinLength,
    key,
    reason: reason ?? '',
    typed: confirm ?? '',
    problemOf: { reason: problemOf('reason'), confirm: problemOf('confirm') },
    otherProblems: messagesBeside(problems, [...shown.map(({ name }) => name), ...formFields]),
    message: error ? describeRefusal(error, problems, isPlan) : (unavailable?.why ?? null),
    blocker: waitableOf(ctx.jobs.blockerOf(operation, checked)),
  };
}

/** The address of the form of a schedule with these arguments; null for an operation that needs a person at each run. */
function scheduleUrl(operation: Operation, args: Args): string | null {
  if (!canBeScheduled(operation)) return null;
  const given = Object.entries(args).flatMap(([name, value]): [string, string][] => {
    const property = operation.args.properties[name];
    if (!property || !isSchedulable(property) || value === property.default || value === undefined) return [];
    return [[`args.${name}`, String(value)]];
  });
  return url('/schedules/new', { operation: operation.name, ...Object.fromEntries(given) });
}

/** The arguments as a run would record them; arguments that are not valid stay as they are. */
function checkedArguments(
  { readArguments }: Pick<OperationContext, 'readArguments'>,
  operation: Operation,
  args: Args,
): Args {
  try {
    return readArguments(operation, args);
  } catch (error) {
    if (error instanceof AppError) return args;
    throw error;
  }
}

/** The messages about what the form does not show. */
function messagesBeside(problems: ArgumentProblem[], shown: string[]): string[] {
  return problems.flatMap(({ field, message }) => (shown.includes(field) ? [] : [message]));
}

/** Null when the fields show their problems. A plan has none: a run that was offered without one needs it by now. */
function describeRefusal({ code, message }: AppError, problems: ArgumentProblem[], isPlan: boolean) {
  if (isPlan && code === 'confirmation_required')
    return 'The library is not empty any more, so a plan is made first.';
  return problems.length === 0 ? message : null;
}

/** Gives arguments with `options` the present values. */
export function listOptions({ args }: Operation, lists: OptionLists): ArgumentSchema['properties'] {
  const listed = Object.entries(args.properties).map(([name, property]) => [name, expand(property, lists)]);
  return Object.fromEntries(listed);
}

/** Like `listOptions`, without the lists that only suggest values: others are valid, too. */
export function listBindingOptions({ args }: Operation, lists: OptionLists): ArgumentSchema['properties'] {
  const listed = Object.entries(args.properties).map(([name, property]) => [
    name,
    property.suggests ? property : expand(property, lists),
  ]);
  return Object.fromEntries(listed);
}

function expand(property: ArgumentProperty, lists: OptionLists): ArgumentProperty {
  const { options: list, ...rest } = property;
  if (!list) return property;
  const options = lists[list]();
  return { ...rest, enum: options.map(({ value }) => value), labels: options.map(({ label }) => label) };
}

/** The first value of each list that only suggests values. */
export function suggestedArguments(properties: ArgumentSchema['properties']): Args {
  const suggested = Object.entries(properties).filter(([, { suggests }]) => suggests);
  return Object.fromEntries(suggested.map(([name, property]) => [name, property.enum?.[0]]));
}

/** The field of an argument. `problem`: null for a valid value. */
export function viewField(name: string, property: ArgumentProperty, value: unknown, refusal: string | null) {
  const problem = refusal ?? (isGone(property, value) ? `“${value}” is not there any more.` : null);
  return withInput({
    name,
    title: property.title,
    description: property.description ?? null,
    kind: property.enum ? 'choice' : (property.format ?? property.type),
    options: viewOptions(property, value),
    isTickedByDefault: property.default === true,
    value: formValue(property, value),
    isTicked: value === true,
    isGiven: value !== undefined && value !== property.default,
    minimum: property.minimum ?? null,
    maximum: property.maximum ?? null,
    isAdvanced: property.advanced === true,
    isHidden: property.hidden === true,
    problem,
  });
}

/** A stored value that its list no longer has. It stays chosen: the form must not pick another one. */
function isGone({ enum: values, suggests, hidden }: ArgumentProperty, value: unknown): boolean {
  if (!values || suggests || hidden || value === undefined || value === '') return false;
  return !values.includes(String(value));
}

/** The value of a text field, or of a hidden one; a box has none. */
function formValue({ hidden, derived, default: preset }: ArgumentProperty, value: unknown): string {
  if (value === undefined || derived) return '';
  return typeof value === 'boolean' && (!hidden || value === preset) ? '' : String(value);
}

const inputTypes: Record<string, string> = { integer: 'number', number: 'number', date: 'date' };

type Field = { name: string; kind: string; description: string | null; problem: string | null };

/** Adds the type of the input and its `aria-describedby`. */
export function withInput<Given extends Field>(field: Given) {
  const { name, kind, description, problem } = field;
  const ids = [description && `arg-${name}-hint`, problem && `arg-${name}-problem`];
  return { ...field, type: inputTypes[kind] ?? 'text', describedBy: ids.filter(Boolean).join(' ') };
}

/** Without a default, the first option is no value; where the list only suggests values, it is a value that is not listed. */
function viewOptions(property: ArgumentProperty, value: unknown) {
  const { enum: values = [], labels, unset = 'None', default: preset, suggests } = property;
  const options = values.map((option, at) => ({
    value: option,
    label: labels?.[at] ?? option,
    isChosen: option === value,
  }));
  const isListed = options.some(({ isChosen }) => isChosen);
  if (isGone(property, value))
    options.unshift({ value: String(value), label: `${value} (not there any more)`, isChosen: true });
  if (preset !== undefined || (suggests && isListed)) return options;
  const other = String((suggests && value) ?? '');
  return [{ value: other, label: other || unset, isChosen: other !== '' }, ...options];
}

const correctable: ErrorCode[] = [
  'invalid_arguments',
  'confirmation_required',
  'plan_outdated',
  'maintenance',
  'operation_locked',
];

/** Whether the operator can correct the error in the dialog. */
export function isCorrectable(error: unknown): error is AppError {
  return error instanceof AppError && correctable.includes(error.code);
}
