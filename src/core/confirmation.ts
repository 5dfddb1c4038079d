// Dangerous actions need a reason, and most of them a typed word.
import { type ArgumentProblem, invalidArguments } from './arguments.ts';
import { AppError } from './errors.ts';
import { withoutUnseen } from './unseen.ts';

export const reasonMinLength = 5;

export type Confirmation = { reason?: string | null | undefined; confirm?: string | null | undefined };

/** Ends a line, or changes the direction of the text after it. */
const control = /[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/u;

/** Why the text cannot be a reason, which is one line; null if it can. */
export function findReasonControl(reason: string): string | null {
  const [found] = control.exec(reason) ?? [];
  if (found === undefined) return null;
  const code = found.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
  return `A reason is one line of text, and this one contains the control character U+${code}. Leave it out.`;
}

/** Whether a person sees too few characters, among them one space between words, or the text is too long. */
export function isReasonLengthWrong(reason: string, max = Number.POSITIVE_INFINITY): boolean {
  const words = reason.split(' ').map(withoutUnseen).filter(Boolean);
  return [...words.join(' ')].length < reasonMinLength || [...reason].length > max;
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
  if (isReasonLengthWrong(reason ?? '')) {
    const message = `Write a reason of at least ${reasonMinLength} characters. It is kept in the audit log.`;
    problems.push({ field: 'reason', message });
  }
  if (word !== null && confirm?.trim() !== word)
    problems.push({ field: 'confirm', message: `Type ${word} to confirm.` });
  return problems;
}
