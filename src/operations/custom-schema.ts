// The JSON Schema of an entry of operations.yaml. `allowed` describes each rule in messages.
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import type { ArgumentProperty, Danger } from '../core/operation.ts';

/** A valid entry. */
export type CustomEntry = {
  name: string;
  title: string;
  summary: string;
  description?: string;
  group?: string;
  command: [string, ...string[]];
  args?: Record<string, Omit<ArgumentProperty, 'title'> & { title?: string }>;
  locks?: { shared?: string[]; exclusive?: string[] };
  timeout_sec?: number;
  soft_limit_sec?: number;
  retries?: { max_attempts?: number; delay_sec?: number; backoff?: number };
  on_restart?: 'fail' | 'requeue';
  danger?: Danger;
  env?: string[];
};

/** `path`: the position in the entry; `key`: the key, if the key itself is wrong. */
export type EntryFault = { path: string[]; key: string | null; message: string };

/** Flags of the command line and fields of the form, whose names an argument must not use. */
const reserved = ['reason', 'confirm', 'when_locked', 'wait', 'json', 'help'];

const lineOfText = (maxLength: number) => ({
  type: 'string',
  minLength: 1,
  maxLength,
  pattern: '^\\S[^\\x00-\\x1f]*$',
  allowed: `one line of text, at most ${maxLength} characters`,
});
const integer = (minimum: number, maximum: number, unit: string) => ({
  type: 'integer',
  minimum,
  maximum,
  allowed: `a whole number${unit} from ${minimum} to ${maximum}`,
});
const oneOf = (...values: string[]) => ({ enum: values, allowed: values.join(', ') });
const fields = (properties: Record<string, object>, required: string[] = []) => ({
  type: 'object',
  additionalProperties: false,
  properties,
  required,
  allowed: `fields: ${Object.keys(properties).join(', ')}`,
});
const lockNames = {
  type: 'array',
  maxItems: 20,
  uniqueItems: true,
  items: {
    type: 'string',
    maxLength: 200,
    pattern: '^[a-z][a-z0-9-]*(:\\S+)?$',
    allowed: 'names such as library, index or reports:weekly',
  },
  allowed: 'a list of different names, e.g. [library]',
};

const argument = fields(
  {
    type: oneOf('string', 'integer', 'number', 'boolean'),
    title: lineOfText(80),
    description: lineOfText(300),
    format: oneOf('date'),
    enum: {
      type: 'array',
      minItems: 1,
      maxItems: 100,
      uniqueItems: true,
      items: {
        type: 'string',
        minLength: 1,
        maxLength: 200,
        allowed: 'texts, in quotes if they look like numbers',
      },
      allowed: 'a list of different texts',
    },
    labels: {
      type: 'array',
      items: { type: 'string', allowed: 'texts' },
      allowed: 'a list with one text for each value of enum',
    },
    default: { type: ['string', 'boolean', 'number'], allowed: 'a valid value of the argument' },
    minimum: { type: 'number', allowed: 'a number' },
    maximum: { type: 'number', allowed: 'a number' },
    minLength: integer(0, 100_000, ''),
    maxLength: integer(1, 100_000, ''),
    advanced: { type: 'boolean', allowed: 'true, false' },
  },
  ['type'],
);

const entry = fields(
  {
    name: {
      type: 'string',
      maxLength: 40,
      pattern: '^[a-z][a-z0-9]*(-[a-z0-9]+)*$',
      allowed: 'lowercase letters, digits and single dashes, e.g. nightly-report, at most 40 characters',
    },
    title: lineOfText(60),
    summary: lineOfText(200),
    description: lineOfText(1000),
    group: lineOfText(40),
    command: {
      type: 'array',
      minItems: 1,
      maxItems: 100,
      items: { type: 'string', minLength: 1, pattern: '^[^\\x00]*$', allowed: 'non-empty texts' },
      allowed: 'a list: the program, then its arguments one by one, e.g. [./report.sh, --fast]',
    },
    args: {
      type: 'object',
      maxProperties: 30,
      propertyNames: {
        pattern: '^(?!no_)[a-z][a-z0-9_]{0,39}$',
        not: { enum: reserved },
        allowed: `lowercase letters, digits and _, not beginning with no_, and none of ${reserved.join(', ')}`,
      },
      additionalProperties: argument,
      allowed: 'arguments by name, each with its type, e.g. { since: { type: string } }',
    },
    locks: fields({ shared: lockNames, exclusive: lockNames }),
    timeout_sec: integer(1, 604_800, ' of seconds'),
    soft_limit_sec: integer(1, 604_800, ' of seconds'),
    retries: fields({
      max_attempts: integer(1, 20, ''),
      delay_sec: integer(0, 3600, ' of seconds'),
      backoff: { type: 'number', minimum: 1, maximum: 10, allowed: 'a number from 1 to 10' },
    }),
    on_restart: oneOf('fail', 'requeue'),
    danger: oneOf('safe', 'costly', 'destructive'),
    env: {
      type: 'array',
      maxItems: 50,
      uniqueItems: true,
      items: {
        type: 'string',
        pattern: '^(?!CHL_)[A-Za-z_][A-Za-z0-9_]*$',
        allowed: 'names of variables that do not begin with CHL_',
      },
      allowed: 'a list of names of variables, e.g. [REPORT_TOKEN_FILE]',
    },
  },
  ['name', 'title', 'summary', 'command'],
);

const unchecked = { meta: false, validateSchema: false } as const;
const options = {
  allErrors: true,
  strict: true,
  allowUnionTypes: true,
  verbose: true,
  ...unchecked,
} as const;
let validator: ValidateFunction<CustomEntry> | null = null;

/** Compiled at first use: most installations have no operations.yaml. */
function validatorOfEntry(): ValidateFunction<CustomEntry> {
  validator ??= new Ajv2020(options).addVocabulary(['allowed']).compile<CustomEntry>(entry);
  return validator;
}

export function isCustomEntry(value: unknown): value is CustomEntry {
  return validatorOfEntry()(value);
}

/** All faults, without duplicates. */
export function findFaults(value: unknown): EntryFault[] {
  const validate = validatorOfEntry();
  if (validate(value)) return [];
  const faults = (validate.errors ?? []).flatMap((error) => describe(error) ?? []);
  return [...new Map(faults.map((fault) => [fault.message, fault])).values()];
}

/** Null for a nested rule, which the outer one reports. */
function describe(error: ErrorObject): EntryFault | null {
  const { keyword, params, parentSchema, data } = error;
  const path = error.instancePath.split('/').slice(1).map(unescapePointer);
  const name = (key = '') => [...path, key].filter(Boolean).join('.') || 'The entry';
  const fault = (message: string, key: string | null = null) => ({ path, key, message });
  if (error.propertyName !== undefined || keyword === 'not') return null;
  if (keyword === 'propertyNames') {
    const key = String(params.propertyName);
    const allowed = parentSchema?.propertyNames.allowed;
    return fault(`${name(key)}: this name is not allowed; allowed: ${allowed}. Rename it.`, key);
  }
  if (keyword === 'additionalProperties') {
    const key = String(params.additionalProperty);
    const known = Object.keys(parentSchema?.properties ?? {}).join(', ');
    return fault(`${name(key)} is not known; known: ${known}. Rename or remove it.`, key);
  }
  if (keyword === 'required') return fault(`${name(String(params.missingProperty))} is missing. Add it.`);
  return fault(`${name()} is ${preview(data)}; allowed: ${parentSchema?.allowed}. Fix it.`);
}

/** A JSON pointer's escapes (RFC 6901). */
function unescapePointer(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~');
}

function preview(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
