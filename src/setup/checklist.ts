// The setup checklist: steps that features declare, and whether each is done.
import type { SetupStep } from '../core/hub-row.ts';
import type { Kernel } from '../core/kernel.ts';

/** A step with its fact; `isDone` is null when that could not be read. */
export type Ticked = { step: SetupStep; isDone: boolean | null };

export function createChecklist({ setupSteps, log }: Pick<Kernel, 'setupSteps' | 'log'>) {
  const tick = async (step: SetupStep): Promise<Ticked> => {
    try {
      return { step, isDone: await step.isDone() };
    } catch (error) {
      log.error({ err: error, step: step.title }, 'a step of the setup could not be checked');
      return { step, isDone: null };
    }
  };
  const isListed = ({ isNeeded }: SetupStep) => isNeeded?.() ?? true;
  /** The steps that are needed. */
  const read = () => Promise.all(setupSteps().filter(isListed).map(tick));
  return {
    read,

    /** The number of steps that are not set up. */
    openSteps: async () => (await read()).filter(({ isDone }) => isDone === false).length,
  };
}
