// The form of a secret, as Standard Webhooks has it. Answers and logs recognize it by its prefix, see src/core/redaction.ts.
import { randomBytes } from 'node:crypto';

const prefix = 'whsec_';
const keyBytes = 32;

/** `whsec_` and 32 random bytes in base64. */
export const newSecret = (): string => prefix + randomBytes(keyBytes).toString('base64');

/** The bytes that sign. */
export const keyOf = (secret: string): Buffer => Buffer.from(secret.slice(prefix.length), 'base64');

/** Whether a text is a whole secret; a file that was cut off has none. */
export function isSecret(text: string): boolean {
  return text.startsWith(prefix) && keyOf(text).length === keyBytes;
}
