import { AppError } from '../core/errors.ts';

/** The answer of the log store, or why it cannot be read now: pages show that and the rest of their facts. */
export async function orProblem<T>(reading: Promise<T>) {
  try {
    return { read: await reading, problem: null };
  } catch (error) {
    if (error instanceof AppError) return { read: null, problem: error.message };
    throw error;
  }
}
