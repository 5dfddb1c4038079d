// The one rule about arguments, used by form, API and command line: the same checks, the same messages.
import { Ajv, type ErrorObject } from 'ajv';
import { AppError } from '../errors.ts';
import type { Args, ArgumentProperty, ArgumentSchema } from './operation.ts';

export type ArgumentProblem = { field: string; message: string };

const ajv = new Ajv({ allErrors: true, useDefaults: true, strict: true });
ajv.addVocabulary(['labels', 'advanced']);
const validators = new WeakMap<ArgumentSchema, ReturnType<typeof ajv.compile>>();

/** Gives the arguments with defaults filled in; throws `invalid_arguments` with all problems, each with its field. */
export function checkArguments(schema: ArgumentSchema, given: Args): Args {
  const validate = validators.get(schema) ?? ajv.compile(schema);
  validators.set(schema, validate);
  const args = structuredClone(given);
  if (validate(args)) return args;
  const problems = (validate.errors ?? []).map((error) => describe(error, schema));
  // A value of the wrong type breaks several rules of its field, and is told once.
  throw invalidArguments([...new Map(problems.map((problem) => [problem.message, problem])).values()]);
}

export function invalidArguments(problems: ArgumentProblem[]): AppError {
  const [first] = problems;
  const more = problems.length > 1 ? ` ${problems.length - 1} more.` : '';
  return new AppError('invalid_arguments', `${first?.message ?? 'The arguments are not valid.'}${more}`, {
    problems,
  });
}

/** A form sends text: an empty field is absent, a box is ticked or absent, a number is read. What cannot be read
 *  stays text, for `checkArguments` to refuse. Fields of the form itself (reason, confirm …) are left out by name. */
export function readForm(schema: ArgumentSchema, form: Record<string, unknown>, own: string[]): Args {
  const given = Object.entries(form).filter(([name, value]) => !own.includes(name) && value !== '');
  return Object.fromEntries(given.map(([name, value]) => [name, readField(schema.properties[name], value)]));
}

function readField(property: ArgumentProperty | undefined, value: unknown): unknown {
  if (property?.type === 'boolean')
    return value === 'true' || value === 'on' ? true : value === 'false' ? false : value;
  if (property?.type === 'integer' && /^-?\d{1,15}$/.test(String(value))) return Number(value);
  return value;
}

function describe(error: ErrorObject, schema: ArgumentSchema): ArgumentProblem {
  const known = Object.keys(schema.properties);
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
  if (property.type === 'integer') {
    const { minimum, maximum } = property;
    if (minimum !== undefined && maximum !== undefined)
      return `must be a whole number from ${minimum} to ${maximum}`;
    return 'must be a whole number';
  }
  if (property.maxLength)
    return `must be text of ${property.minLength ?? 0} to ${property.maxLength} characters`;
  return 'must be text';
}
