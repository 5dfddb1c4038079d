// The words about values that count after a restart of the server.
import type { KnownSetting } from '../settings.ts';

export const howToRestart = 'Press Ctrl+C where it runs, then start it again with npm start.';

/** Says which of the values wait for a restart, and how to do it; empty when none does. */
export function describeRestart(saved: readonly KnownSetting[]): string {
  const waiting = saved.filter(({ needsRestart }) => needsRestart).map(({ setting }) => setting.title);
  return waiting.length === 0 ? '' : `Restart the server to use: ${waiting.join(', ')}. ${howToRestart}`;
}
