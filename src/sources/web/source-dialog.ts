// The form of a named sheet: its fields with what was typed and what is wrong, and what a filled form says.
import { readProblems } from '../../core/arguments.ts';
import type { AppError } from '../../core/errors.ts';
import { kindTitles, type SheetSource, sourceKinds } from '../../core/sheet-source.ts';
import { url } from '../../core/url.ts';
import { withInput } from '../../operations/run-dialog.ts';
import { tabs } from '../../sheets/tabs.ts';
import { showAgain, wasName } from '../../web/edited-field.ts';
import type { Form } from '../../web/validation.ts';
import type { GivenSource } from '../read-source.ts';
import { type SourceTexts, textsOf } from '../source-edits.ts';

const tabFields = tabs.map(({ kind, name }) => ({ field: `tabs.${kind}`, input: `tab_${kind}`, kind, name }));
const inputs = [{ field: 'kind', input: 'kind' }, { field: 'place', input: 'place' }, ...tabFields];

export function readSourceForm(form: Form): GivenSource {
  const names = tabFields.map(({ input, kind }) => [kind, form[input] ?? '']);
  return { kind: form.kind ?? '', place: form.place ?? '', tabs: Object.fromEntries(names) };
}

/** Reads which values the form of an existing sheet showed. */
export function readShown(form: Form): SourceTexts {
  const shown = inputs.map(({ field, input }) => [field, form[wasName(input)]]);
  return Object.fromEntries(shown.filter(([, was]) => was !== undefined));
}

/** The form of a stored sheet; after a refusal with what was typed. One that is gone shows what was typed alone. */
export function formOf(source: SheetSource | null, typed: Form = {}, refusal?: AppError): Form {
  if (!source) return typed;
  const stored = textsOf(source);
  const fields = inputs.flatMap(({ field, input: name }) => {
    const { value, was } = showAgain(typed, { name, field, stored: stored[field] ?? '' }, refusal);
    return [
      [name, value],
      [wasName(name), was],
    ];
  });
  return Object.fromEntries(fields);
}

/** `name`: of the sheet that is changed; null to add one. */
export function viewSourceDialog(name: string | null, form: Form, error?: AppError) {
  const { problemOf, message } = readProblems(error);
  const text = (input: string, title: string, description: string | null, field = input) => {
    const given = { name: input, title, description, kind: 'string', problem: problemOf(field) };
    return withInput({ ...given, value: form[input] ?? '' });
  };
  const named = tabFields.map(({ field, input, name: tab }) => text(input, tab, null, field));
  return {
    question: name === null ? 'Add a source' : `Change ${name}`,
    action: url(name === null ? '/ui/sources/add' : `/ui/sources/${name}/edit`),
    message: error?.code === 'edit_conflict' ? changedMeanwhile : message,
    shown: Object.entries(form).filter(([input]) => input.startsWith(wasName(''))),
    isRefused: error !== undefined,
    fields: [
      ...(name === null
        ? [text('name', 'Name', 'Lower-case letters, digits and hyphens, for example archive-2025.')]
        : []),
      viewKind(form.kind ?? '', problemOf('kind')),
      text('place', 'Place', placeHint),
    ],
    tabs: named,
    isTabsOpen: named.some(({ value, problem }) => value !== '' || problem !== null),
    confirm: name === null ? 'Add source' : 'Save',
    keep: 'Close',
    back: url(name === null ? '/sources' : `/sources/${name}`),
  };
}

const changedMeanwhile = 'Nothing was saved: the sheet has changed since you opened this form.';

const placeHint =
  'A folder or workbook, relative to the data folder, for example sheets/draft or sheets/draft.xlsx; or the address of a Google spreadsheet.';

function viewKind(chosen: string, problem: string | null) {
  const options = sourceKinds.map((value) => ({
    value,
    label: kindTitles[value],
    isChosen: value === chosen,
  }));
  return withInput({
    name: 'kind',
    title: 'Kind',
    description: null,
    kind: 'choice',
    value: chosen,
    problem,
    options,
  });
}
