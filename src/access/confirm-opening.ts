// Revoking the last admin token opens everything to everybody on this machine, so it needs a reason and a typed word.
import type { ArgumentProblem } from '../core/arguments.ts';
import type { Config } from '../core/config.ts';
import { AppError } from '../core/errors.ts';
import { isRemote } from '../core/host.ts';

export const openWord = 'open';
export const reasonMinLength = 5;

export type Confirmation = { reason?: string | null; confirm?: string | null };

/** Throws `wrong_state` while other machines reach the server, and `confirmation_required` with all problems. */
export function confirmOpening(name: string, { host }: Pick<Config, 'host'>, given: Confirmation) {
  if (isRemote(host)) {
    const message = `${name} is the last admin token, and other machines reach this server at ${host}. Create another admin token first.`;
    throw new AppError('wrong_state', message);
  }
  const problems = problemsOf(given);
  if (problems.length === 0) return;
  const message = problems.map((problem) => problem.message).join(' ');
  throw new AppError('confirmation_required', message, { problems, word: openWord });
}

function problemsOf({ reason, confirm }: Confirmation): ArgumentProblem[] {
  const problems: ArgumentProblem[] = [];
  if ([...(reason ?? '').trim()].length < reasonMinLength) {
    const message = `Write a reason of at least ${reasonMinLength} characters. It is kept in the audit log.`;
    problems.push({ field: 'reason', message });
  }
  if (confirm?.trim() !== openWord)
    problems.push({ field: 'confirm', message: `Type ${openWord} to confirm.` });
  return problems;
}
