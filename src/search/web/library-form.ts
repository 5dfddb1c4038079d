// The choices of a reader on the library page: text, mode, kind, category and state, as its address carries them.
import { url } from '../../core/url.ts';
import { objectSchema, textSchema as text } from '../../core/schemas.ts';
import { AppError } from '../../core/errors.ts';
import { shorten } from '../../core/shorten.ts';
import type { ListQuery } from '../../index/list.ts';
import type { Kind } from '../../library/content.ts';
import { type SearchMode, searchModes } from '../../index/search-query.ts';
import { states } from './sync-badges.ts';

export type Form = { q: string; mode: string; kind: string; category: string; state: string };

/** `after`: the position from which a list of entries continues. */
export type Query = Partial<Form> & { after?: string };

/** Values are not restricted here: the page shows what is wrong with one beside the form. */
export const querySchema = objectSchema({
  q: text,
  mode: text,
  kind: text,
  category: text,
  state: text,
  after: text,
});

const defaultMode: SearchMode = 'best';

export const modeTitles: Record<SearchMode, string> = { best: 'Best', words: 'Words', meaning: 'Meaning' };

export const kindTitles: Record<Kind, string> = { experience: 'Experiences', manual: 'Manuals' };

/** An unknown kind is named as it was given. */
export function titleOfKind(kind: string): string {
  return kindTitles[kind as Kind] ?? kind;
}

/** A text is searched for; only without one are entries listed by their state. */
export function readForm({ q = '', mode = '', kind = '', category = '', state = '' }: Query): Form {
  return { q, mode: mode || defaultMode, kind, category, state: q === '' ? state : '' };
}

export function libraryUrl({ mode, q, state, kind, category, after }: Form & { after?: string }): string {
  return url('/library', { q, mode: mode === defaultMode ? '' : mode, state, kind, category, after });
}

/** Throws `invalid_arguments` for an unknown mode. */
export function readMode(text: string): SearchMode {
  return readOne(searchModes, text, 'mode');
}

/** Throws `invalid_arguments` for an unknown state. */
export function readState(text: string): ListQuery['state'] {
  return readOne(states, text, 'state');
}

function readOne<Name extends string>(names: readonly Name[], text: string, what: string): Name {
  const found = names.find((name) => name === text);
  if (found) return found;
  const given = JSON.stringify(shorten(text, 80));
  throw new AppError('invalid_arguments', `${given} is not a ${what}. Choose one of: ${names.join(', ')}.`);
}

/** The filters of the search or the list, each with the link that removes it. */
export function viewFilters(form: Form, nameOf: (code: string) => string) {
  return [
    { label: titleOfKind(form.kind), href: libraryUrl({ ...form, kind: '' }) },
    { label: nameOf(form.category), href: libraryUrl({ ...form, category: '' }) },
  ].filter(({ label }) => label !== '');
}
