// A setting that the environment sets is locked: a saved value would not count.
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
