// How requests are checked against their route's schema: bodies as they are, all faults at once, unknown keys refused;
// query strings and path parameters, which are text, may be read as numbers and booleans. Answers are sent as they are.
import { Ajv, type AnySchema } from 'ajv';
import type { FastifyRouteSchemaDef, FastifyValidationResult } from 'fastify/types/schema.js';

/** What a form sends: its own fields once, as text; an argument may come twice, a hidden default and a ticked box. */
export type Form = Record<string, string>;
const text = { type: 'string' } as const;
export const formBody = {
  type: ['object', 'null'],
  properties: { reason: text, confirm: text, when_locked: text, theme: text, back: text, key: text },
  additionalProperties: { anyOf: [text, { type: 'array', items: text }] },
} as const;

/** `verbose`: a fault has its part of the schema, to word it. */
const options = { allErrors: true, removeAdditional: false, useDefaults: true, verbose: true } as const;
/** The schemas are ours: strict mode and the compiler check them, no schema of schemas is needed. */
const unchecked = { meta: false, validateSchema: false } as const;
const ofBody = new Ajv({ ...options, ...unchecked, coerceTypes: false });
const ofText = new Ajv({ ...options, ...unchecked, coerceTypes: true });

/** Given to Fastify, so that it loads no compilers of its own, which takes a tenth of a start. The schema of an answer
 *  describes it and changes no byte of it. */
export const schemaController = {
  compilersFactory: {
    // Fastify's type for it is not what it calls.
    buildValidator: () => compileLater as never,
    buildSerializer: () => () => (body: unknown) => JSON.stringify(body),
  },
};

/** Compiles with the first request: to compile the schemas of all routes takes longer than all else of a start. */
function compileLater({ schema, httpPart }: FastifyRouteSchemaDef<AnySchema>): FastifyValidationResult {
  const ajv = httpPart === 'body' ? ofBody : ofText;
  const validate: FastifyValidationResult = (given) => {
    const compiled = ajv.compile(schema);
    const isValid = compiled(given) === true;
    validate.errors = compiled.errors ?? null;
    return isValid;
  };
  return validate;
}
