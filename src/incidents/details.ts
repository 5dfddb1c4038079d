// Reads the fields of an incident that people edit. All problems are reported at once.
import { type ArgumentProblem, invalidArguments } from '../core/arguments.ts';
import type { Edit } from '../core/edit-conflict.ts';
import { findReasonControl } from '../core/confirmation.ts';
import { withoutUnseen } from '../core/unseen.ts';
import {
  type Details,
  type Incident,
  incidentSeverities,
  type IncidentSeverity,
} from '../incident-store/incident.ts';

export const limits = {
  title: 120,
  summary: 4000,
  resolution: 4000,
  note: 4000,
  name: 60,
  names: 20,
  owner: 80,
};
export const minResolution = 10;

/** Fields that are absent keep their values. */
export type GivenDetails = Partial<Omit<Details, 'severity'>> & { severity?: number };

export type HasRunbook = (slug: string) => boolean;

export const noDetails: Details = {
  title: '',
  severity: 3,
  summary: '',
  services: [],
  tags: [],
  owner: null,
  runbook: null,
};

/** Throws `invalid_arguments`. */
export function readDetails(given: GivenDetails, stored: Details, hasRunbook: HasRunbook): Details {
  const severity = (given.severity ?? stored.severity) as IncidentSeverity;
  const details: Details = {
    title: oneLine(given.title ?? stored.title),
    severity,
    summary: plainText(given.summary ?? stored.summary),
    services: readNames(given.services ?? stored.services),
    tags: readNames(given.tags ?? stored.tags),
    owner: readName(given.owner === undefined ? stored.owner : given.owner),
    runbook: readName(given.runbook === undefined ? stored.runbook : given.runbook),
  };
  const problems = findProblems(details);
  if (details.runbook !== null && details.runbook !== stored.runbook && !hasRunbook(details.runbook))
    problems.push({ field: 'runbook', message: `Runbook: there is no runbook “${details.runbook}”.` });
  if (problems.length > 0) throw invalidArguments(problems);
  return details;
}

function findProblems({ title, severity, summary, services, tags, owner }: Details): ArgumentProblem[] {
  const problems = [
    withoutUnseen(title) === '' && { field: 'title', message: 'Title: write what does not work.' },
    tooLong('title', title, limits.title),
    !incidentSeverities.includes(severity) && {
      field: 'severity',
      message: 'Severity: choose 1, 2, 3 or 4.',
    },
    tooLong('summary', summary, limits.summary),
    tooMany('services', services),
    tooMany('tags', tags),
    tooLong('owner', owner ?? '', limits.owner),
    ...Object.entries({ title, summary, owner: owner ?? '' }).map(([field, text]) => strange(field, text)),
    ...Object.entries({ services, tags, owner: owner === null ? [] : [owner] }).map(findBadName),
  ];
  return problems.filter((one): one is ArgumentProblem => Boolean(one));
}

/** Reads a text of several lines of which something must be seen. Throws `invalid_arguments`. */
export function readText(field: 'note' | 'resolution', given: string, min: number): string {
  const text = plainText(given);
  const length = [...withoutUnseen(text)].length;
  const tooShort = length < min && {
    field,
    message: `${titles[field]}: write at least ${min === 1 ? 'one character' : `${min} characters`}.`,
  };
  const problem = tooShort || tooLong(field, text, limits[field]) || strange(field, text);
  if (problem) throw invalidArguments([problem]);
  return text;
}

const titles: Record<string, string> = {
  title: 'Title',
  severity: 'Severity',
  summary: 'Summary',
  services: 'Services',
  tags: 'Tags',
  owner: 'Owner',
  runbook: 'Runbook',
  note: 'Note',
  resolution: 'Resolution',
};

function tooLong(field: string, text: string, max: number): ArgumentProblem | false {
  if ([...text].length <= max) return false;
  return { field, message: `${titles[field]}: ${[...text].length} characters; at most ${max}.` };
}

/** Lines and tabs are allowed. Other control characters, and those that turn the direction of the text, are not. */
export function isStrange(text: string): boolean {
  return !text.isWellFormed() || findReasonControl(text.replaceAll(/[\n\t]/g, ' ')) !== null;
}

/** The text in one line, with a space for each character that people may not write. */
export const shownPlainly = (text: string): string =>
  oneLine([...text.toWellFormed()].map((one) => (isStrange(one) ? ' ' : one)).join(''));

export function cut(text: string, max: number): string {
  const characters = [...text];
  return characters.length <= max ? text : `${characters.slice(0, max - 1).join('')}…`;
}

function strange(field: string, text: string): ArgumentProblem | false {
  return isStrange(text) && { field, message: describeStrange(titles[field] ?? field) };
}

export const describeStrange = (title: string): string => `${title}: leave the control character out.`;

function findBadName([field, names]: [string, string[]]): ArgumentProblem | false {
  const title = titles[field] ?? field;
  if (names.some((name) => withoutUnseen(name) === ''))
    return { field, message: `${title}: write characters that can be seen.` };
  return field !== 'owner' && names.some(isStrange) && { field, message: describeStrange(title) };
}

function tooMany(field: string, names: string[]): ArgumentProblem | false {
  if (names.length > limits.names)
    return { field, message: `${titles[field]}: ${names.length}; at most ${limits.names}.` };
  const long = names.find((name) => [...name].length > limits.name);
  if (!long) return false;
  return {
    field,
    message: `${titles[field]}: “${long.slice(0, 20)}…” has more than ${limits.name} characters.`,
  };
}

/** A browser sends line ends of another kind. */
const plainText = (text: string) => text.replaceAll(/\r\n?/g, '\n').trim();

const oneLine = (text: string) => text.replaceAll(/\s+/g, ' ').trim();

const readName = (name: string | null) => (name === null ? null : oneLine(name) || null);

/** In order, each once; a comma separates two in a form. */
function readNames(names: string[]): string[] {
  const all = names.flatMap((name) => name.split(',')).map(oneLine);
  return [...new Set(all.filter(Boolean))];
}

/** The details as texts, as a form shows them. */
export function textsOf({ title, severity, summary, services, tags, owner, runbook }: Details) {
  const lists = { services: services.join(', '), tags: tags.join(', ') };
  const texts = { title, severity: String(severity), summary, ...lists };
  return { ...texts, owner: owner ?? '', runbook: runbook ?? '' };
}

export type DetailTexts = ReturnType<typeof textsOf>;
export const detailNames = Object.keys(textsOf(noDetails)) as (keyof DetailTexts)[];

/** `shown`: the texts that the form had when it was opened. */
export function editsOf(
  shown: Partial<DetailTexts>,
  { stored, given, change }: { stored: Incident; given: Details; change: Edit['change'] },
): Edit[] {
  const [now, next] = [textsOf(stored), textsOf(given)];
  return detailNames.map((field) => ({
    field,
    title: titles[field] ?? field,
    shown: shown[field] === undefined ? undefined : plainText(shown[field]),
    stored: now[field],
    given: next[field],
    change,
    describe: (text) => text || 'nothing',
  }));
}

/** The fields that differ, before and after. */
export function differences(before: Details, after: Details) {
  const [was, is] = [textsOf(before), textsOf(after)];
  const changed = detailNames.filter((name) => was[name] !== is[name]);
  const pick = (texts: DetailTexts) => Object.fromEntries(changed.map((name) => [name, texts[name]]));
  return { names: changed.map((name) => titles[name] ?? name), before: pick(was), after: pick(is) };
}
