// Servers that a bench or the chaos suite has started end with it, also when it fails.
import type { ChildProcess } from 'node:child_process';

/** Kills the child when this process exits before it. */
export function endWithUs(child: ChildProcess) {
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
}
