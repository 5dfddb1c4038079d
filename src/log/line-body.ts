// A line as the API gives it.
import { anyObjectSchema, integerSchema, nullable, objectSchema, textSchema } from '../core/schemas.ts';
import { type Line, levelName } from '../log-store/line.ts';

export type LineBody = ReturnType<typeof lineBody>;

export const lineSchema = objectSchema({
  id: { ...integerSchema, description: 'Rises with each line, also after the log was made again.' },
  at: textSchema,
  level: { type: 'string', enum: ['info', 'warn', 'error', 'fatal'] },
  text: textSchema,
  request_id: nullable('string'),
  job: nullable('integer'),
  route: nullable('string'),
  fields: { ...anyObjectSchema, description: 'What else the line says.' },
});

export function lineBody({ id, at, level, ...rest }: Line) {
  return { id, at: new Date(at).toISOString(), level: levelName(level), ...rest };
}
