// How requests are checked against their route's schema: bodies as they are, all faults at once, unknown keys refused;
// query strings and path parameters, which are text, may be read as numbers and booleans.
import { Ajv } from 'ajv';
import type { FastifyInstance } from 'fastify';

/** What a form sends: its own fields once, as text; an argument may come twice, a hidden default and a ticked box. */
export type Form = Record<string, string>;
const text = { type: 'string' } as const;
export const formBody = {
  type: ['object', 'null'],
  properties: { reason: text, confirm: text, when_locked: text, theme: text, back: text, key: text },
  additionalProperties: { anyOf: [text, { type: 'array', items: text }] },
} as const;

export function registerValidation(app: FastifyInstance) {
  const options = { allErrors: true, removeAdditional: false, useDefaults: true, verbose: true } as const;
  const body = new Ajv({ ...options, coerceTypes: false });
  const text = new Ajv({ ...options, coerceTypes: true });
  app.setValidatorCompiler(({ schema, httpPart }) => (httpPart === 'body' ? body : text).compile(schema));
}
