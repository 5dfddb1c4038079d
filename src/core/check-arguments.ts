// Checks the arguments of operations: form, API and command line share these rules and messages. It loads the validator,
// which is slow; the scripts of jobs get their arguments checked, and do not load it.
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import { type ArgumentProblem, givenProperties, invalidArguments } from './arguments.ts';
import { shorten } from './shorten.ts';
import type { Args, ArgumentProperty, ArgumentSchema, OptionLists } from './operation.ts';

/** The keywords of an argument that are not of JSON Schema. */
export const argumentKeywords = [
  'labels',
  'advanced',
  'hidden',
  'perRun',
  'withPlan',
  'derived',
  'options',
  'suggests',
  'unset',
];

/** Schemas are declared in code, or checked when operations.yaml is read. */
const unchecked = { meta: false, validateSchema: false } as const;
const ajv = new Ajv2020({ allErrors: true, useDefaults: true, strict: true, ...unchecked });
ajv.addVocabulary(argumentKeywords);
ajv.addFormat('date', isDay);
ajv.addFormat('sheet', true);
const validators = new WeakMap<ArgumentSchema, ReturnType<typeof ajv.compile>>();

/** Returns the arguments with defaults filled in. Throws `invalid_arguments` with all problems, each with its field. Without
 *  `lists`, arguments with `options` may have any value. */
export function checkArguments(schema: ArgumentSchema, given: Args, lists?: OptionLists): Args {
  const validate = validators.get(schema) ?? ajv.compile(schema);
  validators.set(schema, validate);
  const args = structuredClone(given);
  const errors = validate(args) ? [] : (validate.errors ?? []);
  const problems = [...errors.map((error) => describe(error, schema)), ...findUnlisted(schema, args, lists)];
  if (problems.length === 0) return args;
  // A value of the wrong type breaks several rules of its field; report it once.
  throw invalidArguments([...new Map(problems.map((problem) => [problem.message, problem])).values()]);
}

/** A message names so many values of a list. */
const maxNamed = 20;
const maxShown = 80;

/** Values that are not in the list of their argument. */
function findUnlisted({ properties }: ArgumentSchema, args: Args, lists?: OptionLists): ArgumentProblem[] {
  return Object.entries(properties).flatMap(([field, { title, options, suggests }]) => {
    if (!options || suggests || !lists || typeof args[field] !== 'string') return [];
    const values = lists[options]().map(({ value }) => value);
    if (values.includes(args[field])) return [];
    const more = values.length > maxNamed ? ` and ${values.length - maxNamed} more` : '';
    const known = values.slice(0, maxNamed).join(', ') + more;
    const choices = known === '' ? 'there is none yet' : `choose one of ${known}`;
    return [{ field, message: `${title}: ${choices}. There is no “${shorten(args[field], maxShown)}”.` }];
  });
}

/** Whether the text is a calendar date such as `2026-01-31` (RFC 3339, full-date). */
function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

function describe(error: ErrorObject, schema: ArgumentSchema): ArgumentProblem {
  const known = Object.keys(givenProperties(schema));
  if (error.keyword === 'additionalProperties') {
    const field = String(error.params.additionalProperty);
    const names = known.length > 0 ? `Known: ${known.join(', ')}.` : 'This operation takes none.';
    return { field, message: `Unknown argument ${JSON.stringify(field.slice(0, 80))}. ${names}` };
  }
  const field = error.instancePath.slice(1);
  const property = schema.properties[field];
  if (!property) return { field: '', message: 'Arguments must be one JSON object.' };
  return { field, message: `${property.title}: ${expectation(property)}.` };
}

function expectation(property: ArgumentProperty): string {
  if (property.enum) return `choose one of ${property.enum.join(', ')}`;
  if (property.type === 'boolean') return 'must be true or false';
  if (property.type === 'integer') return `must be a whole number${rangeOf(property)}`;
  if (property.type === 'number') return `must be a number${rangeOf(property)}`;
  if (property.format === 'date') return 'must be a day such as 2026-01-31';
  if (property.maxLength)
    return `must be text of ${property.minLength ?? 0} to ${property.maxLength} characters`;
  return property.minLength ? `must be text of at least ${property.minLength} characters` : 'must be text';
}

function rangeOf({ minimum, maximum }: ArgumentProperty): string {
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`;
  if (minimum !== undefined) return ` of at least ${minimum}`;
  return maximum === undefined ? '' : ` of at most ${maximum}`;
}
