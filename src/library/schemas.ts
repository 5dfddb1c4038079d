// JSON schemas of the parameters that choose entries.
import { kinds } from './content.ts';

export const kindSchema = { type: 'string', enum: kinds } as const;

export const categorySchema = { type: 'string', minLength: 1, maxLength: 40 } as const;
