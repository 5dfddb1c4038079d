// Ends the servers of a bench or of the chaos suite together with it, even when it fails or a signal ends it.
import type { ChildProcess } from 'node:child_process';

/** Kills the child when this process exits first. */
export function endWithUs(child: ChildProcess) {
  exitOnSignal();
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
}

let isListening = false;

/** Node emits no `exit` event when a signal ends the process by default. */
function exitOnSignal() {
  if (isListening) return;
  isListening = true;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => process.exit(1));
}
