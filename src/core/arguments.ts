// Checks the arguments of operations: form, API and command line share these rules and messages.
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import { AppError } from './errors.ts';
import type { Args, ArgumentProperty, ArgumentSchema, Operation, OptionLists } from './operation.ts';

export type ArgumentProblem = { field: string; message: string };

/** Schemas are declared in code, or checked when operations.yaml is read. */
const unchecked = { meta: false, validateSchema: false } as const;
const ajv = new Ajv2020({ allErrors: true, useDefaults: true, strict: true, ...unchecked });
ajv.addVocabulary(['labels', 'advanced', 'hidden', 'perRun', 'withPlan', 'derived', 'options', 'suggests']);
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

/** Values that are not in the list of their argument. */
function findUnlisted({ properties }: ArgumentSchema, args: Args, lists?: OptionLists): ArgumentProblem[] {
  return Object.entries(properties).flatMap(([field, { title, options, suggests }]) => {
    if (!options || suggests || !lists || typeof args[field] !== 'string') return [];
    const values = lists[options]().map(({ value }) => value);
    if (values.includes(args[field])) return [];
    const known = values.length > 0 ? `choose one of ${values.join(', ')}` : 'there is none yet';
    return [{ field, message: `${title}: ${known}.` }];
  });
}

export function invalidArguments(problems: ArgumentProblem[]): AppError {
  const [first] = problems;
  const more = problems.length > 1 ? ` ${problems.length - 1} more.` : '';
  return new AppError('invalid_arguments', `${first?.message ?? 'The arguments are not valid.'}${more}`, {
    problems,
  });
}

/** How runs of an operation are compared: the arguments in which they may differ, and the sizes of their result. */
export type Comparison = { perRun: string[]; sizes: string[] };

export function comparisonOf(operation: Operation | null): Comparison {
  const properties = Object.entries(operation?.args.properties ?? {});
  const perRun = properties.flatMap(([name, { perRun }]) => (perRun ? [name] : []));
  return { perRun, sizes: operation?.sizes ?? [] };
}

/** Reads form fields: an empty field is absent, a box is ticked or absent, a number is parsed. Text that cannot be parsed
 *  is kept, for `checkArguments` to refuse. `skipped` names the other fields of the form (reason, confirm …). */
export function readForm(schema: ArgumentSchema, form: Record<string, unknown>, skipped: string[]): Args {
  const given = Object.entries(form).filter(([name, value]) => !skipped.includes(name) && value !== '');
  return Object.fromEntries(given.map(([name, value]) => [name, readText(schema.properties[name], value)]));
}

/** Parses the text of a form field or flag; text that cannot be parsed is kept. A box that is ticked by default sends
 *  `false` before its own value. */
export function readText(property: ArgumentProperty | undefined, text: unknown): unknown {
  if (property?.type === 'boolean') {
    const value = Array.isArray(text) ? text.at(-1) : text;
    return value === 'true' || value === 'on' ? true : value === 'false' ? false : value;
  }
  if (property?.type === 'integer' && /^-?\d{1,15}$/.test(String(text))) return Number(text);
  if (property?.type === 'number' && /^-?\d{1,15}(\.\d{1,15})?$/.test(String(text))) return Number(text);
  return text;
}

/** The arguments that a request may set: all but the derived ones. */
export function givenProperties({ properties }: ArgumentSchema): ArgumentSchema['properties'] {
  return Object.fromEntries(Object.entries(properties).filter(([, property]) => !property.derived));
}

/** The arguments of a run without the derived ones, to run it again. */
export function givenArguments({ args: { properties } }: Operation, args: Args): Args {
  return Object.fromEntries(Object.entries(args).filter(([name]) => !properties[name]?.derived));
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

/** The initial values of a form. */
export function defaultArguments({ args }: Operation): Record<string, unknown> {
  const given = Object.entries(args.properties).filter(([, property]) => property.default !== undefined);
  return Object.fromEntries(given.map(([name, property]) => [name, property.default]));
}
