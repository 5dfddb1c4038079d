// Settings as a process reads them in /some/place.
import { readConfig } from '../../src/core/config.ts';
import { AppError } from '../../src/core/errors.ts';

export const read = (env: Record<string, string>) => readConfig(env, '/some/place');

/** The sentence with which these settings are refused. */
export function refusal(env: Record<string, string>): string {
  try {
    read(env);
  } catch (error) {
    if (error instanceof AppError && error.code === 'config') return error.message;
    throw error;
  }
  throw new Error(`${JSON.stringify(env)} was not refused`);
}
