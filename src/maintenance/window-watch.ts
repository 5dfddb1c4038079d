// Notices changes of the banner that no move of a window reports: a planned window is shown from 24 hours before its start, and
// one that is starting waits for another job.
import type { Bus } from '../core/bus.ts';
import type { Windows } from './windows.ts';

export function createWindowWatch({ current, waitsFor }: Pick<Windows, 'current' | 'waitsFor'>, bus: Bus) {
  let seen: string | null = null;
  bus.on('job', ({ status }) => {
    if (status !== 'running') lookQuietly();
  });
  return { look };

  /** Emits `maintenance` when the banner differs from that of the look before. Throws when the windows cannot be read. */
  function look() {
    try {
      const window = current();
      compare(window ? `${window.id} ${waitsFor(window)?.job_id}` : '');
    } catch (error) {
      compare('unreadable');
      throw error;
    }
  }

  /** The clock looks again and reports the error. */
  function lookQuietly() {
    try {
      look();
    } catch {}
  }

  function compare(shown: string) {
    const isChanged = seen !== null && seen !== shown;
    seen = shown;
    if (isChanged) bus.emit('maintenance');
  }
}
