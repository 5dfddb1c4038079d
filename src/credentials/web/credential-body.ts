// The JSON of a credential.
import { checkStatuses, checkStepSchema } from '../../core/check-steps.ts';
import { nullable, objectSchema, textSchema } from '../../core/schemas.ts';
import { credentialKinds } from '../credential-list.ts';

const text = nullable('string');
const checkSchema = {
  ...objectSchema({
    checked_at: textSchema,
    status: { type: 'string', enum: checkStatuses },
    text: textSchema,
    steps: { type: 'array', items: checkStepSchema },
  }),
  type: ['object', 'null'],
};
const fileSchema = {
  ...objectSchema({
    path: textSchema,
    sha256: text,
    mode: text,
    email: text,
    changed_at: text,
    changed_by: text,
    problem: text,
    command: text,
    check: checkSchema,
  }),
  type: ['object', 'null'],
};
export const credentialSchema = objectSchema({
  name: textSchema,
  title: textSchema,
  kind: { type: 'string', enum: credentialKinds },
  text: textSchema,
  is_set: { type: 'boolean' },
  variable: text,
  used_by: { type: 'array', items: textSchema },
  is_checking: { type: 'boolean' },
  is_upload: { type: 'boolean' },
  in_use: fileSchema,
  next: fileSchema,
  check: checkSchema,
});
