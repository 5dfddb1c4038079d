// Validates requests against their route's schema: bodies unchanged, all faults at once, unknown keys refused; query strings
// and path parameters, which are text, may be converted to numbers and booleans. Responses are sent unchanged.
import { Ajv, type AnySchema } from 'ajv';
import type { FastifyRouteSchemaDef, FastifyValidationResult } from 'fastify/types/schema.js';

/** The fields of a form, as text. */
export type Form = Record<string, string>;

export type Fields = Record<string, string | string[]>;

/** The fields of a query or a form, of which one may be repeated: its last value counts, as with a hidden default and a ticked
 *  box. */
export function lastValues(fields: Fields): Form {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, [value].flat().at(-1) ?? '']),
  );
}

/** A route that receives a form. */
export type Posted = { Body: Form | null };
const text = { type: 'string' } as const;
export const isForm = {
  schema: {
    body: {
      type: ['object', 'null'],
      properties: { reason: text, confirm: text, when_locked: text, theme: text, back: text, key: text },
      additionalProperties: { anyOf: [text, { type: 'array', items: text }] },
    },
  },
};

/** `verbose`: a fault includes its part of the schema, for the message. */
const options = { allErrors: true, removeAdditional: false, useDefaults: true, verbose: true } as const;
/** Strict mode and the compiler check the schemas, so the meta-schema is not loaded. */
const unchecked = { meta: false, validateSchema: false } as const;
const ofBody = new Ajv({ ...options, ...unchecked, coerceTypes: false });
const ofText = new Ajv({ ...options, ...unchecked, coerceTypes: true });

/** Replaces Fastify's compilers, whose loading takes a tenth of a start. A response schema describes the response and
 *  changes no byte of it. */
export const schemaController = {
  compilersFactory: {
    // Fastify's type differs from its call.
    buildValidator: () => compileLater as never,
    buildSerializer: () => () => (body: unknown) => JSON.stringify(body),
  },
};

/** Compiles at the first request, because compiling the schemas of all routes takes longer than the rest of a start. */
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
