// The view model of the editor: the fields of the kind, a preview, and both texts of a conflict.
import { type ArgumentProblem, readProblems } from '../../core/arguments.ts';
import type { AppError } from '../../core/errors.ts';
import { upperFirst } from '../../core/format.ts';
import { withoutUnseen } from '../../core/unseen.ts';
import { url } from '../../core/url.ts';
import type { Form } from '../../web/validation.ts';
import type { DiffPart } from '../../plan-store/word-diff.ts';
import { diffFields } from '../document-diff.ts';
import { type DocumentKey, kindWords, priorities } from '../document.ts';
import { limits } from '../document-values.ts';
import { readConflict, type SaveConflict } from '../save-conflict.ts';
import { handoverTitle, isHandover, newSlug } from './edit-form.ts';
import { documentUrl, editUrl, formUrl } from './document-url.ts';
import { titlesOf } from './field-titles.ts';

const bodyHint =
  'Markdown: # heading, - list, **bold**, [link](/checks). At most 64 KiB. HTML is shown as text.';
const stepHint =
  'Each line “- [ ] …” is a step of a run; [Back up](op:backup?include_index=false) in it runs an operation.';

/** `stored`: the document's title, also of a removed one. `error`: why a save was refused. `preview`: HTML. */
export type Shown = {
  key: DocumentKey;
  form: Form;
  stored: string | null;
  error?: AppError | undefined;
  preview?: string | undefined;
};

export function viewEditor({ key, form, stored, error, preview }: Shown) {
  const { problemOf, problems, message } = readProblems(error);
  const conflict = (error && readConflict(error)) ?? null;
  const isNew = key.slug === newSlug;
  const isWritten = form.version !== '0';
  const word = kindWords[key.kind];
  const title = titleOf(key, form, stored);
  return {
    kind: key.kind,
    heading: isNew ? `New ${word}` : isWritten ? `Edit “${title}”` : title,
    name: isNew ? `New ${word}` : title,
    action: formUrl(key, 'save'),
    previewUrl: formUrl(key, 'preview'),
    back: isNew || !isWritten ? url('/documents', { kind: key.kind }) : documentUrl(key),
    isNew,
    isTyped: error !== undefined || preview !== undefined,
    isHandover: isHandover(key),
    isRunbook: key.kind === 'runbook',
    form: conflict ? { ...form, version: String(conflict.current?.version ?? 0) } : form,
    limits,
    bodyHint: key.kind === 'runbook' ? `${bodyHint} ${stepHint}` : bodyHint,
    priorities: ['', ...priorities].map((value) => ({
      value,
      label: value === '' ? 'None' : upperFirst(value),
      isChosen: value === (form.priority ?? ''),
    })),
    titles: titlesOf(key),
    message: conflict ? null : message,
    problems: problems.map(({ field, message }: ArgumentProblem) => ({ field, message })),
    problemOf,
    conflict: conflict && viewConflict(key, conflict, error?.message ?? ''),
    saveLabel: conflict ? `Save mine as version ${conflict.next}` : 'Save',
    preview: preview ?? null,
  };
}

/** A title may have been deleted in the form. */
function titleOf(key: DocumentKey, { title = '' }: Form, stored: string | null): string {
  if (withoutUnseen(title) !== '') return title;
  return stored ?? (isHandover(key) ? handoverTitle : key.slug);
}

function viewConflict(key: DocumentKey, { current, yours }: SaveConflict, message: string) {
  if (!current)
    return {
      message,
      theirs: null,
      fields: [],
      take: { label: 'Leave it removed', href: url('/documents') },
    };
  const { version, by, at } = current;
  const titles = titlesOf(key);
  return {
    message,
    theirs: { version, by, at },
    fields: diffFields(current, yours, { isWhole: true }).map(({ name, parts }) => ({
      title: titles[name],
      theirs: withoutKind(parts, 'ins'),
      yours: withoutKind(parts, 'del'),
    })),
    take: { label: `Take version ${version}`, href: editUrl(key) },
  };
}

const withoutKind = (parts: DiffPart[], kind: DiffPart['kind']) => parts.filter((part) => part.kind !== kind);
