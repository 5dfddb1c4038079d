// The form of the editor: every field is a text.
import type { Form } from '../../web/validation.ts';
import {
  type Document,
  type DocumentFields,
  type DocumentKey,
  handoverKey,
  plainFields,
} from '../document.ts';
import { slugOf } from '../document-values.ts';

/** Stands in an address for a document that has none yet. */
export const newSlug = 'new';

export const handoverTitle = 'Handover note';

export const isHandover = ({ kind, slug }: DocumentKey): boolean =>
  kind === handoverKey.kind && slug === handoverKey.slug;

export function formOf(document: Document): Form {
  return {
    version: String(document.version),
    title: document.title,
    body: document.body,
    owner: document.owner ?? '',
    tags: document.tags.join(', '),
    priority: document.priority ?? '',
    prerequisites: document.prerequisites ?? '',
    rollback: document.rollback ?? '',
    review_days: String(document.review_days ?? ''),
  };
}

/** `title` may be suggested by a link. */
export function newForm(key: DocumentKey, { title = '' }: Form = {}): Form {
  return {
    version: '0',
    title: isHandover(key) ? handoverTitle : title,
    review_days: key.kind === 'runbook' ? '180' : '',
  };
}

export function readFields({ kind }: DocumentKey, form: Form): DocumentFields {
  const { title = '', body = '', owner = '', tags = '' } = form;
  const fields = { ...plainFields, title, body, owner, tags: tags.split(',') };
  if (kind !== 'runbook') return fields;
  const { priority = '', prerequisites = '', rollback = '', review_days: days = '' } = form;
  return { ...fields, priority, prerequisites, rollback, review_days: readDays(days.trim()) };
}

export const readVersion = ({ version = '0' }: Form): number =>
  /^\d{1,15}$/.test(version) ? Number(version) : 0;

/** The document that the form saves: a new one is named by its author, or by its title. */
export function keyOf(key: DocumentKey, { slug = '', title = '' }: Form): DocumentKey {
  return key.slug === newSlug ? { ...key, slug: slug.trim() || slugOf(title) } : key;
}

const readDays = (text: string): number | null => (text === '' ? null : Number(text));
