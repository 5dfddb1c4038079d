// The signals that ask a process to stop: Ctrl+C, a supervisor's stop, and the end of the terminal.

const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Calls `stop` at the first signal. Ignores later ones: npm passes on a signal that the terminal has already sent. Also
 *  ignores errors of the output, which may have ended with the terminal. Returns a function that restores the default. */
export function onStopSignal(stop: () => void): () => void {
  let isAsked = false;
  const listen = () => {
    if (!isAsked) stop();
    isAsked = true;
  };
  for (const name of stopSignals) process.on(name, listen);
  const outputs = [process.stdout, process.stderr];
  for (const output of outputs) output.on('error', ignore);
  return () => {
    for (const name of stopSignals) process.off(name, listen);
    for (const output of outputs) output.off('error', ignore);
  };
}

function ignore() {}
