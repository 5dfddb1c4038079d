// The view model of the form of the objectives.
import type { FormProblems } from '../../core/arguments.ts';
import type { AppError } from '../../core/errors.ts';
import { plural } from '../../core/format.ts';
import type { KnownObjective } from '../../objective-store/known-objective.ts';
import {
  describeObjective,
  formatObjectiveValue,
  hasThreshold,
  valueNames,
} from '../../objective-store/objective.ts';
import { fieldOf } from '../../objective-store/objective-values.ts';
import { showAgain, wasName } from '../../web/edited-field.ts';
import type { Form } from '../../web/validation.ts';
import { textsOf } from './edit-form.ts';

/** The typed values, and why they were refused. */
export type Refused = { form: Form; error: AppError } & FormProblems;

export function viewEditForm(all: readonly KnownObjective[], refused: Refused | null) {
  const items = all.map((known) => viewItem(known, refused));
  const faulty = items.filter(({ faults }) => faults.length > 0);
  return {
    items,
    reason: refused?.form.reason ?? '',
    /** Null without a refusal. */
    problem: refused && {
      says: faulty.length === 0 ? refused.error.message : describeFaulty(faulty.length, refused.error),
      links: faulty.flatMap(({ faults }) => faults),
    },
  };
}

function describeFaulty(count: number, { code }: AppError): string {
  const objectives = plural(count, 'objective');
  if (code !== 'edit_conflict') return `${objectives} ${count === 1 ? 'needs' : 'need'} a change.`;
  return `${objectives} ${count === 1 ? 'was' : 'were'} changed since you opened the page.`;
}

function viewItem(known: KnownObjective, refused: Refused | null) {
  const { definition, value, change } = known;
  const { name } = definition;
  const stored = textsOf(value);
  const fields = Object.fromEntries(
    valueNames.map((field) => {
      const input = fieldOf(name, field);
      const shown = showAgain(refused?.form ?? {}, { name: input, stored: stored[field] }, refused?.error);
      const problem = refused?.problemOf(input) ?? null;
      const id = `${name}-${field.replaceAll('_', '-')}`;
      return [field, { id, name: input, wasName: wasName(input), ...shown, problem }];
    }),
  ) as Record<(typeof valueNames)[number], Field>;
  const inputs = [
    { field: fields.target, label: 'Target', unit: '%' },
    { field: fields.window_days, label: 'Window', unit: 'days' },
    ...(hasThreshold(definition) ? [{ field: fields.threshold_ms, label: 'Within', unit: 'ms' }] : []),
  ];
  const faults = [...inputs, { field: fields.is_on, label: 'Counted' }]
    .filter(({ field }) => field.problem !== null)
    .map(({ field, label }) => ({ href: `#${field.id}`, label: `${name}: ${label}` }));
  return {
    name,
    id: `edit-${name}`,
    about: describeObjective(definition, value),
    preset: `Default ${formatObjectiveValue(definition.default)}`,
    changedAt: change?.changed_at ?? null,
    changedBy: change?.changed_by ?? null,
    inputs,
    faults,
    isOn: fields.is_on,
  };
}

type Field = {
  id: string;
  name: string;
  wasName: string;
  value: string;
  was: string;
  problem: string | null;
};
