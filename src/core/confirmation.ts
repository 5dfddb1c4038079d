// Dangerous actions need a reason, and most of them a typed word.
import { type ArgumentProblem, invalidArguments } from './arguments.ts';
import { AppError } from './errors.ts';

export const reasonMinLength = 5;

export type Confirmation = { reason?: string | null | undefined; confirm?: string | null | undefined };

const control = /\p{Cc}/u;

/** Why the text cannot be a reason, which is one line; null if it can. A text that isolates its directions is no problem. */
export function findReasonControl(reason: string): string | null {
  const [found] = control.exec(reason) ?? [];
  if (found === undefined) return null;
  const code = found.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
  return `A reason is one line of text, and this one contains the control character U+${code}. Leave it out.`;
}

/** Throws `invalid_arguments` for a reason with control characters. */
export function assertReadable(reason: string | null) {
  const message = findReasonControl(reason ?? '');
  if (message !== null) throw invalidArguments([{ field: 'reason', message }]);
}

/** Throws `confirmation_required` with all problems. `word` is null for an action that needs a reason only. */
export function assertConfirmed(given: Confirmation, word: string | null) {
  const problems = missingConfirmation(given, word);
  if (problems.length === 0) return;
  const message = problems.map((problem) => problem.message).join(' ');
  throw new AppError('confirmation_required', message, { problems, ...(word === null ? {} : { word }) });
}

/** Lists what is missing: the reason, the word. */
export function missingConfirmation(
  { reason, confirm }: Confirmation,
  word: string | null,
): ArgumentProblem[] {
  const problems: ArgumentProblem[] = [];
  if ([...(reason ?? '').trim()].length < reasonMinLength) {
    const message = `Write a reason of at least ${reasonMinLength} characters. It is kept in the audit log.`;
    problems.push({ field: 'reason', message });
  }
  if (word !== null && confirm?.trim() !== word)
    problems.push({ field: 'confirm', message: `Type ${word} to confirm.` });
  return problems;
}
