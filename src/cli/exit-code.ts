// The exit code for an error of a command.
import type { ErrorCode } from '../core/errors.ts';
import { exits } from '../core/terminal/exit-codes.ts';

const usage: ErrorCode[] = ['not_found', 'invalid_arguments', 'confirmation_required', 'bad_json'];
const temporary: ErrorCode[] = [
  'operation_locked',
  'maintenance',
  'drain_running',
  'no_workers',
  'busy',
  'stopping',
  'temporary',
];

export function exitCodeOf(code: ErrorCode): number {
  if (usage.includes(code)) return exits.usage;
  if (temporary.includes(code)) return exits.temporary;
  return code === 'bad_input' ? exits.badInput : exits.failed;
}
