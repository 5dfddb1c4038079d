// The step of a check, and the result of a check, as a person sees them.
import { formatMs } from '../core/format.ts';
import type { CheckStatus, CheckStep } from '../core/check-steps.ts';

const marks = {
  ok: { tone: 'ok', icon: 'check', word: 'Done' },
  warning: { tone: 'warn', icon: 'tri', word: 'Look at this' },
  error: { tone: 'bad', icon: 'cross', word: 'Failed' },
  skipped: { tone: 'idle', icon: 'slash', word: 'Not reached' },
} as const;

export function viewCheckStep({ title, text, status, ms }: CheckStep) {
  return { title, text: ms === 0 ? text : `${text} ${formatMs(ms)}.`, mark: marks[status] };
}

/** The tone of a notice about a check. */
export function toneOf(status: CheckStatus) {
  return marks[status].tone;
}
