// Reads the fields that people and programs give for a document, and lists all faults at once.
import { type ArgumentProblem, invalidArguments } from '../core/arguments.ts';
import { findReasonControl } from '../core/confirmation.ts';
import { formatBytes, formatNumber } from '../core/format.ts';
import { withoutUnseen } from '../core/unseen.ts';
import { type DocumentFields, type DocumentKey, fieldsOf, kindWords, priorities } from './document.ts';

export const limits = {
  slug: 60,
  title: 120,
  bodyBytes: 64 * 1024,
  owner: 80,
  tags: 20,
  tag: 40,
  text: 2000,
  reviewDays: { min: 7, max: 730 },
} as const;

const slugPattern = /^[a-z0-9]+(-[a-z0-9]+)*$/;
/** `/documents/note/new` is the page of a new note. */
const reservedSlug = 'new';

/** The slug that a title suggests; empty if it has no letter or digit of ASCII. */
export function slugOf(title: string): string {
  const words = title.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return words
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, limits.slug)
    .replace(/^-|-$/g, '');
}

/** Without blanks around texts and with plain line ends, as they are stored: an empty text is null, a tag is listed once. */
export function tidyFields(fields: DocumentFields): DocumentFields {
  const tags = fields.tags.map((tag) => tag.trim()).filter(Boolean);
  return {
    ...fieldsOf(fields),
    title: fields.title.trim(),
    body: plainLines(fields.body),
    owner: fields.owner?.trim() || null,
    tags: [...new Set(tags)],
    priority: fields.priority || null,
    prerequisites: plainLines(fields.prerequisites ?? '').trim() || null,
    rollback: plainLines(fields.rollback ?? '').trim() || null,
  };
}

/** Throws `invalid_arguments` with all faults. `fields`: tidy ones. */
export function assertValid(key: DocumentKey, fields: DocumentFields) {
  const problems = [...faultsOfKey(key), ...faultsOfText(fields), ...faultsOfRunbook(key, fields)];
  if (problems.length > 0) throw invalidArguments(problems);
}

function faultsOfKey({ slug }: DocumentKey): ArgumentProblem[] {
  if (slug === reservedSlug) return [problem('slug', 'The address “new” is taken by the page of new ones.')];
  if (slug.length <= limits.slug && slugPattern.test(slug)) return [];
  const allowed = `1 to ${limits.slug} small letters, digits and single hyphens between them`;
  return [problem('slug', `The address must have ${allowed}, such as disk-full.`)];
}

function faultsOfText({ title, body, owner, tags }: DocumentFields): ArgumentProblem[] {
  const bytes = Buffer.byteLength(body);
  return [
    ...faultsOfLine('title', 'The title', title, limits.title),
    ...(withoutUnseen(title) === '' ? [problem('title', 'Write a title.')] : []),
    ...(withoutUnseen(body) === '' ? [problem('body', 'Write a text.')] : []),
    ...(bytes > limits.bodyBytes ? [problem('body', describeTooLarge(bytes))] : []),
    ...(body.isWellFormed() ? [] : [problem('body', 'The text has half a character. Leave it out.')]),
    ...(owner === null ? [] : faultsOfLine('owner', 'The owner', owner, limits.owner)),
    ...(tags.length > limits.tags
      ? [problem('tags', `There are ${tags.length} tags; at most ${limits.tags} are allowed.`)]
      : []),
    ...tags.flatMap((tag) => faultsOfTag(tag)).slice(0, 1),
  ];
}

function faultsOfTag(tag: string): ArgumentProblem[] {
  if (tag.includes(',')) return [problem('tags', 'A tag contains no comma.')];
  return faultsOfLine('tags', `The tag “${tag.slice(0, limits.tag)}”`, tag, limits.tag);
}

function faultsOfRunbook(
  { kind }: DocumentKey,
  { priority, prerequisites, rollback, review_days: days }: DocumentFields,
): ArgumentProblem[] {
  const given = Object.entries({ priority, prerequisites, rollback, review_days: days });
  if (kind !== 'runbook')
    return given
      .filter(([, value]) => value !== null)
      .map(([field]) => problem(field, `Only a runbook has ${field}, and this is a ${kindWords[kind]}.`));
  const { min, max } = limits.reviewDays;
  return [
    ...(priority !== null && !priorities.some((one) => one === priority)
      ? [problem('priority', `The priority is ${priorities.join(', ')} or none.`)]
      : []),
    ...faultsOfLength('prerequisites', 'The prerequisites have', prerequisites),
    ...faultsOfLength('rollback', 'The way back has', rollback),
    ...(days !== null && !(Number.isInteger(days) && days >= min && days <= max)
      ? [
          problem(
            'review_days',
            `The days between reviews are a whole number from ${min} to ${max}, or none.`,
          ),
        ]
      : []),
  ];
}

function faultsOfLine(field: string, name: string, text: string, max: number): ArgumentProblem[] {
  const { length } = [...text];
  if (length > max)
    return [problem(field, `${name} has ${formatNumber(length)} characters; at most ${max} are allowed.`)];
  if (!text.isWellFormed() || findReasonControl(text) !== null)
    return [problem(field, `${name} has a control character or a line break. Leave it out.`)];
  return [];
}

function faultsOfLength(field: string, name: string, text: string | null): ArgumentProblem[] {
  const { length } = [...(text ?? '')];
  if (length <= limits.text && (text ?? '').isWellFormed()) return [];
  const allowed = `at most ${formatNumber(limits.text)} are allowed`;
  return [problem(field, `${name} ${formatNumber(length)} characters; ${allowed}.`)];
}

function describeTooLarge(bytes: number): string {
  return `The text has ${formatBytes(bytes)}; at most ${formatBytes(limits.bodyBytes)} are allowed.`;
}

const problem = (field: string, message: string): ArgumentProblem => ({ field, message });

const plainLines = (text: string) => text.replace(/\r\n?/g, '\n');
