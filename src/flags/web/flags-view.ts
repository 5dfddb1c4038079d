// The page of flags: each with its switch and its share, the reason of a save, and the answer for a unit.
import type { FormProblems } from '../../core/arguments.ts';
import type { AppError } from '../../core/errors.ts';
import { formatList, plural } from '../../core/format.ts';
import { showAgain, wasName } from '../../web/edited-field.ts';
import type { Form } from '../../web/validation.ts';
import { describeFlags } from '../describe-flag.ts';
import type { FlagDefinition, FlagState } from '../flag.ts';
import type { Flags } from '../flags.ts';
import type { KnownFlag } from '../known-flag.ts';

/** The typed values, and why they were refused. */
export type Refused = { form: Form; error: AppError } & FormProblems;
/** `isOwn`: the unit is the browser that asks. */
export type Tried = { key?: string; unit?: string; isOwn?: boolean };

export const onName = (key: string) => `on:${key}`;
export const percentName = (key: string) => `percent:${key}`;

export function viewFlags(all: KnownFlag[], refused: Refused | null) {
  const keys = all.map(({ flag }) => flag.key);
  const faulty = keys.filter((key) => refused?.problemOf(key));
  const reasonProblem = refused?.problemOf('reason') ?? null;
  const isConflict = refused?.error.code === 'edit_conflict';
  const wrong = isConflict ? 'changed since you opened the page' : 'cannot be saved';
  return {
    sentence: describeFlags(all),
    items: all.map((known) => viewFlag(known, refused)),
    reason: refused?.form.reason ?? '',
    reasonProblem,
    /** Null without a refusal. */
    problem:
      faulty.length > 0
        ? `${plural(faulty.length, 'flag')} ${wrong}: ${formatList(faulty)}.`
        : (reasonProblem ?? refused?.error.message ?? null),
  };
}

function viewFlag({ flag, state, saved, stale }: KnownFlag, refused: Refused | null) {
  const { key, text, unit, scope } = flag;
  const field = (name: string, stored: string) =>
    showAgain(refused?.form ?? {}, { name, field: key, stored }, refused?.error);
  const on = field(onName(key), String(state.is_on));
  const percent = field(percentName(key), String(state.percent));
  return {
    key,
    text,
    id: `flag-${key}`,
    by: scope === 'worker' ? `By ${unit}, read by workers` : `By ${unit}`,
    preset: formatDefault(flag.default),
    presetPercent: flag.default.percent || 100,
    default: flag.default,
    stale,
    changedAt: saved?.changed_at ?? null,
    changedBy: saved?.changed_by ?? null,
    note: saved?.note ?? null,
    onName: onName(key),
    wasOnName: wasName(onName(key)),
    wasOn: on.was,
    isOn: on.value === 'true',
    percentName: percentName(key),
    wasPercentName: wasName(percentName(key)),
    wasPercent: percent.was,
    percent: percent.value,
    problem: refused?.problemOf(key) ?? null,
  };
}

/** `default on`, `default 5%`, `default off` */
function formatDefault({ is_on, percent }: FlagState): string {
  if (!is_on) return 'default off';
  return percent === 100 ? 'default on' : `default ${percent}%`;
}

/** `answer`: null before a flag and a unit are chosen. `problem`: why there is no answer. */
export function viewTried(flags: Flags, { key, unit = '', isOwn = false }: Tried) {
  const all = flags.all().map(({ flag }) => flag);
  const chosen = all.find((flag) => flag.key === key) ?? null;
  const view = {
    options: all.map((flag) => ({ key: flag.key, unit: flag.unit, isChosen: flag === chosen })),
    unit: isOwn ? '' : unit,
    answer: null,
    problem: null,
  };
  if (!chosen) return view;
  if (isOwn && chosen.unit !== 'browser')
    return { ...view, problem: `${chosen.key} goes by ${chosen.unit}, not by browser.` };
  if (unit === '') return { ...view, problem: `Give the ${idOf[chosen.unit]} for which to try it.` };
  const { on, because } = flags.resolve(chosen.key, unit);
  const name = isOwn ? 'this browser' : unit;
  return { ...view, answer: { on, name, because } };
}

const idOf: Record<FlagDefinition['unit'], string> = {
  browser: 'id of a browser',
  request: 'id of a request',
  check: 'name of a check',
  job: 'number of a job',
  entry: 'id of an entry',
};
