// Takes the steps of a check one after another, and notes the result and the duration of each.
import { AppError } from '../core/errors.ts';
import { explain } from '../core/faults.ts';
import { checkStatuses } from '../sources/source-state-repository.ts';
import type { KeyCheck, Step } from './repository.ts';

/** Absent status: ok. */
export type Found = { text: string; status?: Step['status'] };

export function takeSteps() {
  const steps: Step[] = [];
  const errors: unknown[] = [];

  return {
    steps,
    /** The errors of failed steps, in order. */
    errors,
    /** Null for a step that has failed; the next ones go on. */
    async take<T extends Found>(title: string, work: () => T | Promise<T>): Promise<T | null> {
      const started = performance.now();
      const add = (text: string, status: Step['status']) =>
        steps.push({ title, text, status, ms: Math.round(performance.now() - started) });
      try {
        const found = await work();
        add(found.text, found.status ?? 'ok');
        return found;
      } catch (error) {
        if (error instanceof AppError && error.code === 'stopping') throw error;
        errors.push(error);
        add(explain(error), 'error');
        return null;
      }
    },

    skip(title: string, text: string) {
      steps.push({ title, text, status: 'skipped', ms: 0 });
    },
  };
}

/** `passed`: the sentence of a check without warnings and errors; else the first of those counts. */
export function summarize(steps: Step[], passed: string, startedAt: Date): KeyCheck {
  const status =
    checkStatuses.findLast((worst) => steps.some((step) => step.status === worst)) ?? ('ok' as const);
  const text = status === 'ok' ? passed : (steps.find((step) => step.status === status)?.text ?? passed);
  return { checked_at: startedAt.toISOString(), status, text, steps };
}
