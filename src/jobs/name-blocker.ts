// Names what a job or a maintenance window waits for.
import type { Blocker } from './lock-queue.ts';

/** `import #412`, or `maintenance window 3` */
export function nameBlocker(ahead: Pick<Blocker, 'window' | 'operation' | 'number'>): string {
  if (ahead.window !== null) return `maintenance window ${ahead.window}`;
  return `${ahead.operation} #${ahead.number}`;
}
