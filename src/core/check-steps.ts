// Takes the steps of a check that a person asked for, and notes the result and the duration of each.
import { toRefusal } from './faults.ts';
import { integerSchema, objectSchema, textSchema } from './schemas.ts';

/** From the best to the worst. */
export const checkStatuses = ['ok', 'warning', 'error'] as const;
export type CheckStatus = (typeof checkStatuses)[number];

const stepStatuses = [...checkStatuses, 'skipped'] as const;

/** `skipped`: the step was not reached. `ms`: how long it took; 0 when it was not measured. */
export type CheckStep = {
  title: string;
  text: string;
  status: (typeof stepStatuses)[number];
  ms: number;
};

export const checkStepSchema = objectSchema({
  title: textSchema,
  text: textSchema,
  status: { type: 'string', enum: stepStatuses },
  ms: integerSchema,
});

/** Absent status: ok. */
export type Found = { text: string; status?: CheckStatus };

/** Starts a list of steps; `take` adds one to it. */
export function takeSteps() {
  const steps: CheckStep[] = [];
  const errors: unknown[] = [];

  return {
    steps,
    /** The errors of failed steps, in order. */
    errors,
    /** Null for a step that was refused; the next ones go on. Throws `stopping`, and bugs. */
    async take<T extends Found>(title: string, work: () => T | Promise<T>): Promise<T | null> {
      const started = performance.now();
      const add = (text: string, status: CheckStatus) =>
        steps.push({ title, text, status, ms: Math.ceil(performance.now() - started) });
      try {
        const found = await work();
        add(found.text, found.status ?? 'ok');
        return found;
      } catch (error) {
        const refusal = toRefusal(error);
        if (!refusal || refusal.code === 'stopping') throw error;
        errors.push(error);
        add(refusal.message, 'error');
        return null;
      }
    },

    skip(title: string, text: string) {
      steps.push({ title, text, status: 'skipped', ms: 0 });
    },
  };
}

/** The status of a whole check. */
export function worstOf(steps: CheckStep[]): CheckStatus {
  return checkStatuses.findLast((worst) => steps.some(({ status }) => status === worst)) ?? 'ok';
}
