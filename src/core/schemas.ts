// Schemas shared by the bodies of the JSON API. Absent values are null; times are ISO 8601 UTC.

export const nullable = (type: string) => ({ type: [type, 'null'] });
export const anyObjectSchema = { type: 'object', additionalProperties: true };
export const anyObjectOrNullSchema = { type: ['object', 'null'], additionalProperties: true };

const errorSchema = {
  type: 'object',
  properties: {
    error: {
      type: 'object',
      properties: {
        code: { type: 'string' },
        message: { type: 'string' },
        details: anyObjectSchema,
        request_id: { type: 'string' },
      },
    },
  },
} as const;

/** A day, or a moment in UTC. */
export const timeSchema = { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}(T[0-9:.]+Z)?$' } as const;

/** The error responses of every route. */
export const refusals = { '4xx': errorSchema, '5xx': errorSchema } as const;

/** The response of a route that returns an object without a shared schema. */
export const objectAnswer = { response: { 200: anyObjectSchema, ...refusals } } as const;

/** The response of a route that returns no JSON. */
export const contentAnswer = (type: string, description: string) => ({
  200: { description, content: { [type]: { schema: { type: 'string' } } } },
  ...refusals,
});

/** A list with the cursor of its next page. */
export const listSchema = (item: unknown, more: Record<string, unknown> = {}) => ({
  type: 'object',
  properties: { items: { type: 'array', items: item }, next_cursor: nullable('string'), ...more },
});
