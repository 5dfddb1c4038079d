// The steps of a restore test, in their order, and the two ways in which one of them ends the test.
import type { ProofStep } from '../backup-store/backup.ts';

/** The phases of the job, each with the title of its step. */
const drillSteps = {
  files: 'Files are what the manifest says',
  copy: 'Restored beside the library',
  integrity: 'Integrity',
  counts: 'Counts',
  open: 'Opened by this version',
  search: 'Search answers',
  remove: 'Removed again',
} as const;

export type DrillStep = keyof typeof drillSteps;

/** The backup is not what it was: the test fails. `file` is its name within the backup; the message begins with it. */
export class Defect extends Error {
  readonly file: string;

  constructor(file: string, message: string) {
    super(`${file}${message}`);
    this.file = file;
  }
}

/** The test cannot be carried out, which says nothing about the backup. The message is the reason. */
export class Obstacle extends Error {}

/** `doubt`: why the step proves nothing although nothing is wrong; the next steps go on. */
type Found = { text: string; doubt?: string };

/** Notes the outcome and the duration of each step. */
export function noteSteps(onStep: (step: DrillStep) => void) {
  const steps: ProofStep[] = [];
  const doubts: string[] = [];
  const add = (step: DrillStep, outcome: ProofStep['outcome'], text: string, ms: number | null) =>
    void steps.push({ name: drillSteps[step], text, outcome, ms });

  return {
    doubts,

    /** Throws what `work` throws. */
    async take(step: DrillStep, work: () => Found | Promise<Found>) {
      onStep(step);
      const startedAt = performance.now();
      try {
        const { text, doubt } = await work();
        const ms = Math.round(performance.now() - startedAt);
        if (doubt === undefined) return add(step, 'ok', text, ms);
        doubts.push(doubt);
        add(step, 'not_reached', doubt, null);
      } catch (error) {
        const ms = Math.round(performance.now() - startedAt);
        if (error instanceof Defect) add(step, 'failed', error.message, ms);
        if (error instanceof Obstacle) add(step, 'not_reached', error.message, null);
        throw error;
      }
    },

    /** All steps in their order; those that were not taken are not reached. */
    all(): ProofStep[] {
      return Object.values(drillSteps).map((name) => {
        const taken = steps.find((step) => step.name === name);
        return taken ?? { name, text: 'Not reached', outcome: 'not_reached', ms: null };
      });
    },
  };
}
