// The arguments of operations, as forms, requests and flags give them.
import { AppError } from './errors.ts';
import type { Args, ArgumentProperty, ArgumentSchema, Operation } from './operation.ts';

export type ArgumentProblem = { field: string; message: string };

export function invalidArguments(problems: ArgumentProblem[]): AppError {
  const [first] = problems;
  const more = problems.length > 1 ? ` ${problems.length - 1} more.` : '';
  return new AppError('invalid_arguments', `${first?.message ?? 'The arguments are not valid.'}${more}`, {
    problems,
  });
}

export type FormProblems = ReturnType<typeof readProblems>;

/** Reads a refusal for a form: the message for each field, and the whole one when it names no field. */
export function readProblems(error: AppError | null = null) {
  const { problems = [] } = (error?.details ?? {}) as { problems?: ArgumentProblem[] };
  return {
    problems,
    /** Null for a field that is right. */
    problemOf: (field: string) => problems.find((one) => one.field === field)?.message ?? null,
    message: problems.length === 0 ? (error?.message ?? null) : null,
  };
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

/** The initial values of a form. */
export function defaultArguments({ args }: Operation): Record<string, unknown> {
  const given = Object.entries(args.properties).filter(([, property]) => property.default !== undefined);
  return Object.fromEntries(given.map(([name, property]) => [name, property.default]));
}
