// The form of a schedule: what was typed as the fields of a schedule, and the texts that a form shows.
import { type ArgumentProblem, defaultArguments, readForm } from '../../core/arguments.ts';
import { conflictingFields } from '../../core/edit-conflict.ts';
import type { AppError } from '../../core/errors.ts';
import type { Args, Operation } from '../../core/operation.ts';
import { machineZone } from '../../schedule-store/cron.ts';
import type { Schedule } from '../../schedule-store/schedule.ts';
import { wasName } from '../../web/edited-field.ts';
import type { Form } from '../../web/validation.ts';
import { fieldsOf, firstRule, presets, readRule, type RuleFields } from '../presets.ts';
import { isSchedulable, schedulableArguments } from '../../schedule-store/schedulable.ts';
import { type ScheduleTexts, textsOf } from '../schedule-texts.ts';

/** The prefix of arguments among the fields of the form. */
export const argPrefix = 'args.';
/** Stands in for a rule with problems, so that the other fields are checked, too. */
export const anyRule = '0 0 * * *';
const ruleNames = ['preset', 'minute', 'at', 'weekday', 'day', 'cron'] as const;

export function ruleFieldsOf(form: Form): RuleFields {
  const preset = presets.find((name) => name === form.preset) ?? (form.cron ? 'own' : firstRule.preset);
  const texts = ruleNames.map((name) => [name, form[name] ?? firstRule[name]]);
  return { ...(Object.fromEntries(texts) as RuleFields), preset };
}

/** The arguments that the form offers; fields of another operation are left out. */
export function argsOf(operation: Operation | null, form: Form): Args {
  if (!operation) return {};
  const schema = schedulableArguments(operation);
  const given = Object.entries(form)
    .filter(([name]) => name.startsWith(argPrefix))
    .map(([name, value]) => [name.slice(argPrefix.length), value] as const)
    .filter(([name]) => Object.hasOwn(schema.properties, name));
  return readForm(schema, Object.fromEntries(given), []);
}

/** `stored`: the schedule that is changed; arguments that the form does not offer stay. `cron` is null if the rule has
 *  problems. */
export function readScheduleForm(operation: Operation | null, form: Form, stored: Schedule | null) {
  const rule = readRule(ruleFieldsOf(form));
  const problems: ArgumentProblem[] = 'problems' in rule ? rule.problems : [];
  const kept = stored && stored.operation === operation?.name ? notOffered(operation, stored.args) : {};
  const defaults = operation ? defaultArguments(operation) : {};
  return {
    problems,
    cron: 'cron' in rule ? rule.cron : null,
    given: {
      operation: form.operation ?? '',
      args: { ...defaults, ...kept, ...argsOf(operation, form) },
      zone: (form.zone ?? machineZone()).trim(),
      missed: form.missed ?? '',
      overlap: form.overlap ?? '',
      reason: form.reason || undefined,
      confirm: form.confirm || undefined,
    },
  };
}

function notOffered({ args: { properties } }: Operation, args: Args): Args {
  const kept = Object.entries(args).filter(([name]) => {
    const property = properties[name];
    return property && !isSchedulable(property);
  });
  return Object.fromEntries(kept);
}

/** The values that the form of a stored schedule showed. */
export function readShown(form: Form): ScheduleTexts {
  const prefix = wasName('');
  const shown = Object.entries(form).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(shown.map(([name, was]) => [name.slice(prefix.length), was]));
}

/** The form of a new schedule. */
export function newForm(given: Form): Form {
  const { preset, minute, at, weekday, day, cron } = firstRule;
  const first = {
    preset,
    minute,
    at,
    weekday,
    day,
    cron,
    zone: machineZone(),
    missed: 'once',
    overlap: 'skip',
  };
  return { ...first, is_on: 'true', ...given };
}

/** The form of a stored schedule. */
export function formOf(schedule: Schedule): Form {
  const texts = shownTexts(schedule);
  const shown = Object.entries(texts).map(([name, text]) => [wasName(name), text]);
  return {
    ...texts,
    ...fieldsOf(schedule.cron),
    ...Object.fromEntries(shown),
  };
}

/** The form of a stored schedule after a refusal, or for a preview. Fields that were not changed show what is stored now; a
 *  conflict that is shown has been seen. `operation`: the chosen one. */
export function formAgain(
  schedule: Schedule,
  operation: Operation | null,
  typed: Form,
  refusal?: AppError,
): Form {
  const stored = formOf(schedule);
  const texts = typedTexts(schedule, operation, typed);
  const seen = conflictingFields(refusal);
  const again: Form = { ...withoutArguments(stored), ...typed };
  for (const [field, was] of Object.entries(readShown(typed))) {
    const now = stored[wasName(field)] ?? '';
    const isKept = was === (texts[field] ?? '');
    if (isKept) Object.assign(again, field === 'cron' ? fieldsOf(schedule.cron) : { [field]: now });
    const isSeen = isKept || seen.includes(field) || texts[field] === now;
    again[wasName(field)] = isSeen ? now : was;
  }
  return again;
}

/** The form does not switch a stored schedule on or off. */
function shownTexts(schedule: Schedule): ScheduleTexts {
  const { is_on: _, ...shown } = textsOf(schedule);
  return shown;
}

/** The typed values, as they would be stored. */
function typedTexts(schedule: Schedule, operation: Operation | null, typed: Form): ScheduleTexts {
  const { given, cron } = readScheduleForm(operation, typed, schedule);
  const { missed, overlap } = given as Pick<Schedule, 'missed' | 'overlap'>;
  const { operation: name, args, zone, reason = schedule.reason } = given;
  return textsOf({ ...schedule, operation: name, args, zone, missed, overlap, reason, cron: cron ?? '' });
}

function withoutArguments(form: Form): Form {
  return Object.fromEntries(Object.entries(form).filter(([name]) => !name.startsWith(argPrefix)));
}
