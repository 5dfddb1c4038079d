import { AppError } from '../../core/errors.ts';

/** The items of a card, or why the log store cannot be read now. */
export async function orProblem<T>(
  read: () => Promise<T[]>,
): Promise<{ items: T[]; problem: string | null }> {
  try {
    return { items: await read(), problem: null };
  } catch (error) {
    if (error instanceof AppError) return { items: [], problem: error.message };
    throw error;
  }
}
