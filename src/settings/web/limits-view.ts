// The form of limits: a card for each group, and a row for each operation.
import type { FormProblems } from '../../core/arguments.ts';
import type { Catalogue } from '../../core/catalogue.ts';
import type { AppError } from '../../core/errors.ts';
import { plural } from '../../core/format.ts';
import { limitTitle, readLimitKey } from '../../core/settings/operation-limits.ts';
import { type GroupName, groups, ownEffect, type Setting } from '../../core/settings/setting.ts';
import { showAgain, wasName } from '../../web/edited-field.ts';
import type { Form } from '../../web/validation.ts';
import { describeWhyLocked } from '../describe-setting.ts';
import { fieldText } from '../edits.ts';
import type { KnownSetting } from '../settings.ts';
import { formatDefault, formatValue } from '../format-value.ts';
import { howToRestart } from './restart.ts';

export const limitsPath = '/settings/limits';

/** The typed values, and why they were refused. */
export type Refused = { form: Form; error: AppError } & FormProblems;

/** Whether the form has a field for it. */
export function isInForm({ setting: { group, onlyEnvironment } }: KnownSetting): boolean {
  return groups[group].href === limitsPath && onlyEnvironment === null;
}

export function viewLimits(all: KnownSetting[], catalogue: Catalogue, refused: Refused | null) {
  const shown = all.filter(isInForm);
  const names = (Object.keys(groups) as GroupName[]).filter((name) => groups[name].href === limitsPath);
  return {
    total: shown.length,
    differing: shown.filter(({ source }) => source !== 'default').length,
    sections: names.map((name) => viewSection(name, shown, catalogue, refused)),
    /** The refusal if no field has it. */
    message:
      refused?.problems.find(({ field }) => !shown.some(({ setting }) => setting.key === field))?.message ??
      refused?.message,
    ...viewProblems(shown, refused),
  };
}

/** `summary`: null when no field has a problem. */
function viewProblems(shown: KnownSetting[], refused: Refused | null) {
  const faulty = shown.filter(({ setting }) => refused?.problemOf(setting.key));
  const problems = faulty.map(({ setting }, at) => ({
    href: `#${idOf(setting)}`,
    title: setting.title,
    separator: at > 0 ? ', ' : ' ',
  }));
  if (problems.length === 0) return { problems, summary: null };
  const verb = problems.length === 1 ? 'is' : 'are';
  const isConflict = refused?.error.code === 'edit_conflict';
  const what = isConflict ? 'changed since you opened the page' : `${verb} wrong`;
  return { problems, summary: `${plural(problems.length, 'value')} ${what}; nothing was saved.` };
}

function viewSection(name: GroupName, shown: KnownSetting[], catalogue: Catalogue, refused: Refused | null) {
  const own = shown.filter(({ setting }) => setting.group === name);
  const { title, meta } = groups[name];
  if (name !== 'limits')
    return { name, title, meta, fields: own.map((known) => viewField(known, refused)), operations: null };
  const nameOf = ({ setting }: KnownSetting) => readLimitKey(setting.key)?.operation ?? '';
  const operations = [...new Set(own.map(nameOf))].map((operation) => {
    const fields = own
      .filter((known) => nameOf(known) === operation)
      .map((known) => viewField(known, refused));
    return { title: catalogue.find(operation)?.title ?? operation, fields };
  });
  return { name, title, meta, fields: [], operations };
}

function viewField(known: KnownSetting, refused: Refused | null) {
  const { setting, value, source, running, needsRestart, change, isEditable } = known;
  const { key, title, text, kind, unit } = setting;
  const limit = readLimitKey(key);
  const typed = showAgain(
    refused?.form ?? {},
    { name: key, stored: fieldText(setting, value) },
    refused?.error,
  );
  const allowed = kind.allowed && unit ? kind.allowed.replace(/\.$/, ` ${unit}.`) : kind.allowed;
  return {
    id: idOf(setting),
    key,
    wasName: wasName(key),
    title,
    short: limit ? limitTitle(limit.name) : title,
    hint: [text, kind.type === 'choice' ? '' : allowed, ownEffect(setting)].filter(Boolean).join(' '),
    unit,
    isNumber: kind.type === 'integer',
    choices: kind.choices?.map((one) => ({ value: one, isChosen: one === typed.value })) ?? null,
    ...typed,
    isEditable,
    locked: describeWhyLocked(known),
    isDefault: source === 'default',
    preset: formatDefault(setting),
    changedAt: change?.changed_at ?? null,
    changedBy: change?.changed_by ?? null,
    restart: needsRestart
      ? `saved ${formatValue(setting, value)}, running with ${formatValue(setting, running)}. ${howToRestart}`
      : null,
    problem: refused?.problemOf(key) ?? null,
  };
}

export const idOf = ({ key }: Pick<Setting, 'key'>) => `set-${key.replaceAll('.', '-')}`;
