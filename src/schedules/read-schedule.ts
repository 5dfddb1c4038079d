// Reads a schedule as a person or a program gives it, and reports everything that is wrong at once.
import { isDeepStrictEqual } from 'node:util';
import { type ArgumentProblem, defaultArguments, invalidArguments } from '../core/arguments.ts';
import type { Requester } from '../core/audit.ts';
import type { Catalogue } from '../core/catalogue.ts';
import { checkArguments } from '../core/check-arguments.ts';
import { assertConfirmed } from '../core/confirmation.ts';
import { AppError } from '../core/errors.ts';
import type { Args, Operation, OptionLists } from '../core/operation.ts';
import type { ReadArguments } from '../core/read-arguments.ts';
import { confirmationProblems, requireRole } from '../jobs/refusals.ts';
import { machineZone, readCron } from '../schedule-store/cron.ts';
import type { Schedule } from '../schedule-store/schedule.ts';

/** A member that is absent keeps its stored value; a new schedule takes the default. `confirm` is the word of a destructive
 *  operation. */
export type GivenSchedule = {
  operation?: string | undefined;
  args?: Args | undefined;
  cron?: string | undefined;
  zone?: string | undefined;
  is_on?: boolean | undefined;
  missed?: string | undefined;
  overlap?: string | undefined;
  reason?: string | null | undefined;
  confirm?: string | null | undefined;
};

export type Reading = {
  catalogue: Pick<Catalogue, 'find'>;
  readArguments: ReadArguments;
  options: () => OptionLists;
  now: () => Date;
};

const namePattern = /^[a-z0-9][a-z0-9-]{0,39}$/;
const missedChoices = ['skip', 'once'] as const;
const overlapChoices = ['skip', 'wait'] as const;

/** Throws `invalid_arguments` with all problems, by field: `name`, `operation`, `args.source` …, `cron`, `zone`, `missed`,
 *  `overlap`, `reason`, `confirm`; `confirmation_required` if only the last two are wrong, `forbidden`. */
export function readSchedule(
  reading: Reading,
  name: string,
  given: GivenSchedule,
  { stored, by }: { stored: Schedule | null; by: Requester },
): Schedule {
  const wanted = complete(given, stored);
  const operation = reading.catalogue.find(wanted.operation);
  const args = readScheduledArguments(reading, operation, wanted.operation, wanted.args);
  const problems = [
    ...findNameProblems(name),
    ...args.problems,
    ...findCronProblems(wanted.cron, wanted.zone),
    ...findChoiceProblems('missed', wanted.missed, missedChoices),
    ...findChoiceProblems('overlap', wanted.overlap, overlapChoices),
  ];
  if (operation) requireRole(operation, args.complete, by);
  const word = given.confirm ?? (operation && storedWord(stored, operation, args.complete));
  const confirmation = { reason: wanted.reason, confirm: word };
  const unconfirmed = operation ? confirmationProblems(operation, args.complete, confirmation) : [];
  if (problems.length > 0) throw invalidArguments([...problems, ...unconfirmed]);
  if (operation && unconfirmed.length > 0) assertConfirmed(confirmation, operation.confirmWord);
  const isDestructive = operation?.danger(args.complete) === 'destructive';
  const at = reading.now().toISOString();
  const timing = { cron: wanted.cron.trim(), zone: wanted.zone, is_on: wanted.is_on };
  return {
    name,
    ...timing,
    operation: wanted.operation,
    args: args.complete,
    reason: wanted.reason?.trim() || null,
    confirm: isDestructive ? (word?.trim() ?? null) : null,
    missed: wanted.missed as Schedule['missed'],
    overlap: wanted.overlap as Schedule['overlap'],
    due_since: stored && hasTiming(stored, timing) ? stored.due_since : at,
    created_by: stored?.created_by ?? by.actor,
    created_at: stored?.created_at ?? at,
    changed_by: by.actor,
    changed_at: at,
  };
}

/** Pages and routes of the server have these names. */
const reservedNames = ['changes', 'new', 'preview'];

function findNameProblems(name: string): ArgumentProblem[] {
  if (!namePattern.test(name)) return [{ field: 'name', message: nameRule }];
  if (!reservedNames.includes(name)) return [];
  return [{ field: 'name', message: `Name: ${name} is taken by the server. Choose another name.` }];
}

const nameRule = 'Name: 1 to 40 lower-case letters, digits and hyphens, beginning with a letter or digit.';

type Wanted = ReturnType<typeof complete>;

/** The word that confirmed exactly this run; null if the run was not confirmed, or with other arguments. */
export function storedWord(stored: Schedule | null, operation: Operation, args: Args): string | null {
  if (stored?.operation !== operation.name) return null;
  const isSameRun = isDeepStrictEqual({ ...defaultArguments(operation), ...stored.args }, args);
  return isSameRun ? stored.confirm : null;
}

function complete(given: GivenSchedule, stored: Schedule | null) {
  const operation = given.operation ?? stored?.operation ?? '';
  const args = given.args ?? (operation === stored?.operation ? stored.args : {});
  return {
    operation,
    args,
    cron: given.cron ?? stored?.cron ?? '',
    zone: given.zone ?? stored?.zone ?? machineZone(),
    is_on: given.is_on ?? stored?.is_on ?? true,
    missed: given.missed ?? stored?.missed ?? 'once',
    overlap: given.overlap ?? stored?.overlap ?? 'skip',
    reason: given.reason === undefined ? (stored?.reason ?? null) : given.reason,
  };
}

/** A change of the rule, the zone or the switch decides the times before it. */
function hasTiming(
  stored: Schedule,
  { cron, zone, is_on }: Pick<Wanted, 'cron' | 'zone' | 'is_on'>,
): boolean {
  return stored.cron === cron && stored.zone === zone && stored.is_on === is_on;
}

/** The arguments with their defaults. The operation derives others, such as a full path, at each run. */
function readScheduledArguments(
  { readArguments, options }: Reading,
  operation: Operation | null,
  name: string,
  given: Args,
): { complete: Args; problems: ArgumentProblem[] } {
  if (!operation) {
    const message = name === '' ? 'Choose an operation.' : `There is no operation ${JSON.stringify(name)}.`;
    return { complete: given, problems: [{ field: 'operation', message }] };
  }
  try {
    const complete = checkArguments(operation.args, given, options());
    const perRun = findPerRun(operation, complete);
    const found = operation.schedulingProblems?.(complete) ?? [];
    if (perRun.length + found.length === 0) readArguments(operation, complete);
    return { complete, problems: [...perRun, ...found].map(asArgument) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { problems = [{ field: 'operation', message: error.message }] } = (error.details ?? {}) as {
      problems?: ArgumentProblem[];
    };
    return { complete: given, problems: problems.map(asArgument) };
  }
}

/** Arguments that name the input of one run, or that the server derives. A default names none. */
function findPerRun({ args: { properties } }: Operation, given: Args): ArgumentProblem[] {
  return Object.entries(properties).flatMap(([field, { title, perRun, derived, default: preset }]) => {
    if (!(perRun || derived) || given[field] === undefined || given[field] === preset) return [];
    return [{ field, message: `${title}: it is the input of one run, so a schedule cannot have it.` }];
  });
}

const asArgument = ({ field, message }: ArgumentProblem): ArgumentProblem => ({
  field: field === 'operation' ? field : `args.${field}`,
  message,
});

/** The problems of the rule and of the zone. */
export function findCronProblems(cron: string, zone: string): ArgumentProblem[] {
  try {
    readCron(cron, zone);
    return [];
  } catch (error) {
    if (error instanceof AppError) return error.details?.problems as ArgumentProblem[];
    throw error;
  }
}

function findChoiceProblems(field: string, value: string, choices: readonly string[]): ArgumentProblem[] {
  if (choices.includes(value)) return [];
  return [{ field, message: `Choose one of ${choices.join(', ')}.` }];
}
