// Views the rule in the form of a schedule: its fields with their problems, its sentence, and its next five times.
import { formatNumber } from '../../core/format.ts';
import { withInput } from '../../operations/run-dialog.ts';
import { describeCron } from '../../schedule-store/describe-cron.ts';
import { machineZone, readCron } from '../../schedule-store/cron.ts';
import type { Form } from '../../web/validation.ts';
import { presets, presetTitles, readRule, type RuleFields, weekdays } from '../presets.ts';
import { findCronProblems } from '../read-schedule.ts';
import { viewNextTimes } from './schedule-card.ts';
import { anyRule, ruleFieldsOf } from './schedule-form.ts';

export type ProblemOf = (field: string) => string | null;

const daySec = 86_400;
/** Rules with more runs say how many. */
const maxQuietRuns = 24;

/** `refused`: the problems of a refused form. The others are found again, so that the fields agree with the sentence. */
export function viewWhen(form: Form, refused: ProblemOf, now: Date) {
  const fields = ruleFieldsOf(form);
  const zone = (form.zone ?? '').trim();
  const read = readRule(fields);
  const cron = 'cron' in read ? read.cron : anyRule;
  const problems = [...('problems' in read ? read.problems : []), ...findCronProblems(cron, zone)];
  const problemOf: ProblemOf = (name) =>
    refused(name) ?? problems.find(({ field }) => field === name)?.message ?? null;
  return {
    presets: presets.map((value) => ({
      value,
      title: presetTitles[value],
      isChosen: value === fields.preset,
    })),
    fields: [...viewRuleFields(fields, problemOf), viewZone(zone, problemOf('zone'))],
    /** Of a rule that has no field of its own. */
    problem: fields.preset === 'own' ? null : refused('cron'),
    times: problems.length > 0 ? null : viewTimes(cron, zone, now),
  };
}

function viewRuleFields(fields: RuleFields, problemOf: ProblemOf) {
  const text = (name: 'minute' | 'at' | 'day' | 'cron', title: string, description: string | null = null) =>
    viewField({ name, title, description, kind: 'string', value: fields[name] }, problemOf);
  const days = weekdays.map((label, at) => ({
    value: String(at),
    label,
    isChosen: String(at) === fields.weekday,
  }));
  const options = [...days.slice(1), ...days.slice(0, 1)];
  const weekday = { name: 'weekday', title: 'On', description: null, kind: 'choice', value: fields.weekday };
  return [
    text('minute', 'Minute of the hour'),
    viewField({ ...weekday, options }, problemOf),
    text('day', 'Day of the month'),
    text('at', 'At (24 h)'),
    text('cron', 'Rule, five fields', 'Minute, hour, day of the month, month, weekday.'),
  ];
}

/** The zones that this machine knows; listing them takes a millisecond. */
function viewZone(zone: string, problem: string | null) {
  const known = new Set([machineZone(), 'UTC', ...Intl.supportedValuesOf('timeZone')]);
  const options = [...(known.has(zone) ? [] : [zone]), ...known].map((value) => ({
    value,
    label: value === machineZone() ? `${value} (this machine)` : value || 'Choose…',
    isChosen: value === zone,
  }));
  const field = { name: 'zone', title: 'Time zone', description: null, kind: 'choice', value: zone };
  return viewField({ ...field, options }, () => problem);
}

type Given = {
  name: string;
  title: string;
  description: string | null;
  kind: string;
  value: string;
  options?: { value: string; label: string; isChosen: boolean }[];
};

function viewField({ options = [], ...field }: Given, problemOf: ProblemOf) {
  return withInput({ ...field, options, problem: problemOf(field.name) });
}

/** The sentence, the next five times, and what happens when the clock changes. */
function viewTimes(cron: string, zone: string, now: Date) {
  const perDay = Math.floor(daySec / (readCron(cron, zone).minIntervalSec() ?? daySec));
  return {
    cron,
    sentence: describeCron(cron),
    zone,
    isOtherZone: zone !== machineZone(),
    load:
      perDay > maxQuietRuns ? `Up to ${formatNumber(perDay)} runs a day. Each is a job of its own.` : null,
    ...viewNextTimes({ cron, zone }, now),
  };
}
