// Names what a job or a maintenance window waits for.
import type { Blocker } from './lock-queue.ts';

/** `import #412`, or `maintenance`: only one window holds jobs back at a time, and the banner of every page shows it. */
export function nameBlocker(ahead: Pick<Blocker, 'window' | 'operation' | 'number'>): string {
  if (ahead.window !== null) return 'maintenance';
  return `${ahead.operation} #${ahead.number}`;
}
