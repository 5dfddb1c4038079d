// Builds an operation from an entry of operations.yaml.
import path from 'node:path';
import type { Claim } from '../jobs/job.ts';
import { formatNumber, upperFirst } from '../core/format.ts';
import { checkArguments } from '../core/check-arguments.ts';
import {
  type Args,
  type ArgumentProperty,
  type ArgumentSchema,
  noRetries,
  type Operation,
} from '../core/operation.ts';
import type { EntryFault, CustomEntry } from './custom-schema.ts';

/** The group of entries that name none. */
const ungrouped = 'Other';

/** `folder`: that of operations.yaml; a command that begins with ./ or ../ is relative to it. */
export function defineCustom(entry: CustomEntry, folder: string): Operation {
  const { name, title, summary, retries, danger = 'safe' } = entry;
  const args = argumentSchema(entry);
  const claims = claimsOf(entry);
  const [program, ...rest] = entry.command;
  const file = /^\.\.?\//.test(program) ? path.resolve(folder, program) : program;
  return {
    name,
    title,
    verb: 'Run',
    summary,
    description: entry.description ?? summary,
    icon: 'play',
    group: entry.group ?? ungrouped,
    args,
    locks: () => claims,
    danger: () => danger,
    confirmWord: danger === 'destructive' ? name : null,
    hardLimitMs: entry.timeout_sec === undefined ? null : entry.timeout_sec * 1000,
    ...(entry.soft_limit_sec === undefined ? {} : { softLimitMs: entry.soft_limit_sec * 1000 }),
    retries: {
      maxAttempts: retries?.max_attempts ?? noRetries.maxAttempts,
      delayMs: (retries?.delay_sec ?? 0) * 1000,
      backoff: retries?.backoff ?? noRetries.backoff,
    },
    onRestart: entry.on_restart ?? 'fail',
    script: { command: [file, ...rest], env: entry.env ?? [] },
    subject: (given) => subjectOf(args, given),
    phases: {},
    outcome: outcomeOf,
    dialog: () => ({
      question: `Run ${title}?`,
      consequences: [
        danger === 'destructive' ? 'You cannot undo this.' : 'The job history keeps its log and its outcome.',
      ],
      confirm: `Run ${title}`,
      keep: 'Close',
    }),
    cancelNote: 'The changes that the script has made until then remain.',
  };
}

/** Finds fields that contradict each other, which the schema cannot express. */
export function findConflicts(entry: CustomEntry): EntryFault[] {
  const faults: EntryFault[] = [];
  const { shared = [], exclusive = [] } = entry.locks ?? {};
  const twice = exclusive.find((name) => shared.includes(name));
  if (twice !== undefined) {
    const message = `locks: ${twice} is both shared and exclusive. Keep one of them.`;
    faults.push({ path: ['locks'], key: null, message });
  }
  if ((entry.soft_limit_sec ?? 0) > (entry.timeout_sec ?? Number.POSITIVE_INFINITY)) {
    const message = 'soft_limit_sec is above timeout_sec. Lower or remove it.';
    faults.push({ path: ['soft_limit_sec'], key: null, message });
  }
  for (const name of Object.keys(entry.args ?? {})) {
    const message = findBadArgument(entry, name);
    if (message) faults.push({ path: ['args', name], key: null, message: `args.${name}: ${message}` });
  }
  return faults;
}

/** Compiles the property with the validator of its values, in strict mode, then validates its default. */
function findBadArgument(entry: CustomEntry, name: string): string | null {
  const property = argumentSchema(entry).properties[name];
  if (!property) return null;
  const stray = Object.entries(typesOf).find(
    ([key, types]) => key in property && !types.includes(property.type),
  );
  if (stray) return `${stray[0]} is for type ${stray[1].join(' or ')}. Change the type, or remove it.`;
  if (property.labels && property.labels.length !== property.enum?.length)
    return 'labels needs one text for each value of enum. Correct the list.';
  try {
    checkArguments({ type: 'object', additionalProperties: false, properties: { [name]: property } }, {});
    return null;
  } catch (error) {
    const why = (error as Error).message.replace(`${property.title}: `, 'its default ').replace(/\.$/, '');
    return `${why}. Fix it.`;
  }
}

/** The types to which a keyword of JSON Schema applies. */
const typesOf: Record<string, ArgumentProperty['type'][]> = {
  format: ['string'],
  enum: ['string'],
  minLength: ['string'],
  maxLength: ['string'],
  minimum: ['integer', 'number'],
  maximum: ['integer', 'number'],
};

function argumentSchema({ args = {} }: CustomEntry): ArgumentSchema {
  const properties = Object.entries(args).map(([name, property]) => [
    name,
    { ...property, title: property.title ?? nameOf(name) },
  ]);
  return { type: 'object', additionalProperties: false, properties: Object.fromEntries(properties) };
}

/** `page_size` → `Page size` */
function nameOf(name: string): string {
  return upperFirst(name).replaceAll('_', ' ');
}

function claimsOf({ locks }: CustomEntry): Claim[] {
  const claim = (mode: Claim['mode']) => (name: string) => ({ name, mode });
  return [...(locks?.shared ?? []).map(claim('shared')), ...(locks?.exclusive ?? []).map(claim('exclusive'))];
}

function subjectOf({ properties }: ArgumentSchema, given: Args): string {
  const parts = Object.entries(given).map(
    ([name, value]) => `${(properties[name]?.title ?? name).toLowerCase()} ${describeValue(value)}`,
  );
  return parts.join(', ');
}

function describeValue(value: unknown): string {
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value);
}

/** The `message` of a result, else its numbers. */
function outcomeOf(result: Record<string, unknown>): string {
  if (typeof result.message === 'string') return result.message;
  const counts = Object.entries(result).flatMap(([name, value]) =>
    typeof value === 'number' ? [`${formatNumber(value)} ${name.replaceAll('_', ' ')}`] : [],
  );
  return counts.length > 0 ? `${counts.join(', ')}.` : 'Done.';
}
