// Servers that a bench or the chaos suite has started end with it, also when it fails or is asked to end.
import type { ChildProcess } from 'node:child_process';

/** Kills the child when this process exits before it. */
export function endWithUs(child: ChildProcess) {
  exitWhenAsked();
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
}

let isListening = false;

/** A process that a signal ends by default tells nobody that it exits. */
function exitWhenAsked() {
  if (isListening) return;
  isListening = true;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => process.exit(1));
}
