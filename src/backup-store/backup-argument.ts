import type { ArgumentProperty } from '../core/operation.ts';

/** The argument `backup` of an operation on one backup: its id. */
export function backupArgument(more: Partial<ArgumentProperty>): ArgumentProperty {
  return { type: 'string', title: 'Backup', maxLength: 120, ...more };
}
