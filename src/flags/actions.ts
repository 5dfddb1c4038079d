// The action that changes flags, for their routes and their audit rows.
import { AppError } from '../core/errors.ts';
import { declaredFlags } from './declared.ts';

export const flagTarget = (key: string): string => `flag:${key}`;

export const flagChange = {
  name: 'flags.change',
  role: 'admin',
  tier: 0,
  changes: 'flags',
  target: flagTarget,
} as const;

export function unknownFlag(key: string): AppError {
  const known = declaredFlags.map((flag) => flag.key).join(', ');
  const message = `There is no flag ${JSON.stringify(key.slice(0, 80))}. There are: ${known}.`;
  return new AppError('not_found', message);
}
