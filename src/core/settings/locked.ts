// A setting that the environment sets is locked: a saved value would not count.
import { AppError } from '../errors.ts';
import type { SettingState } from './in-use.ts';

type Located = Pick<SettingState, 'setting' | 'source'>;

export function isLocked({ source }: Pick<SettingState, 'source'>): boolean {
  return source === 'environment' || source === '.env';
}

/** Follows “is”, or begins a sentence in upper case. */
export function describeLock({ setting: { variable }, source }: Located): string {
  const where = source === '.env' ? 'the .env file' : 'the environment';
  return `set by ${variable} in ${where}. Change it there and restart the server.`;
}

/** The refusal to change what the environment sets; `title` names it. */
export function setByEnvironment(state: Located, title: string): AppError {
  const { setting, source } = state;
  const { key, variable } = setting;
  const message = `${title} is ${describeLock(state)} Nothing was changed.`;
  return new AppError('set_by_environment', message, { key, variable, source });
}
