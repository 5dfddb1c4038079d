// Schemas shared by the routes of the JSON API. Absent values are null; times are ISO 8601 UTC.

export const textSchema = { type: 'string' } as const;
export const shortTextSchema = { type: 'string', minLength: 1, maxLength: 200 } as const;
export const integerSchema = { type: 'integer' } as const;
export const nullable = (type: string) => ({ type: [type, 'null'] });

export const objectSchema = (properties: Record<string, unknown>) => ({ type: 'object', properties });

/** An object of a request, which has no other properties. */
export const closedSchema = (properties: Record<string, unknown>, required?: string[]) => ({
  type: 'object',
  additionalProperties: false,
  ...(required ? { required } : {}),
  properties,
});

/** A body that may be absent. */
export const optionalBody = (properties: Record<string, unknown>) => ({
  ...closedSchema(properties),
  type: ['object', 'null'],
});

export const anyObjectSchema = { type: 'object', additionalProperties: true };
export const anyObjectOrNullSchema = { type: ['object', 'null'], additionalProperties: true };

const errorSchema = objectSchema({
  error: objectSchema({
    code: textSchema,
    message: textSchema,
    details: anyObjectSchema,
    request_id: textSchema,
  }),
});

/** The number of a record. */
export const idSchema = { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER } as const;

/** A day, or a moment in UTC. */
export const timeSchema = { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}(T[0-9:.]+Z)?$' } as const;

/** The headers of a save that must not replace what its sender has not seen. */
export const ifMatchSchema = objectSchema({
  'if-match': {
    ...textSchema,
    description: 'The ETag of the GET. If it is another by now, the answer is 409 `edit_conflict`.',
  },
});

/** The error responses of every route. */
export const refusals = { '4xx': errorSchema, '5xx': errorSchema } as const;

/** The response of a route that returns an object without a shared schema. */
export const objectAnswer = { response: { 200: anyObjectSchema, ...refusals } } as const;

/** The response of a route that returns no JSON. */
export const contentAnswer = (type: string, description: string) => ({
  200: { description, content: { [type]: { schema: textSchema } } },
  ...refusals,
});

/** A list with the cursor of its next page. */
export const listSchema = (item: unknown, more: Record<string, unknown> = {}) =>
  objectSchema({ items: { type: 'array', items: item }, next_cursor: nullable('string'), ...more });
