// A process is asked to stop by Ctrl+C, by a supervisor's signal, by the end of its terminal, or by the end of its npm,
// which passes on only some signals.
import { isStartedByNpm, isStartedWithNohup } from './config.ts';

const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;
const parentCheckMs = 500;

/** Calls `stop` once, and ignores what follows: npm passes on a signal that the terminal has already sent. Also ignores
 *  errors of the output, which may have ended with the terminal. Returns a function that restores the default. */
export function onStopSignal(stop: () => void): () => void {
  let isAsked = false;
  const listen = (name?: NodeJS.Signals) => {
    if (isAsked || (isStartedWithNohup && name === 'SIGHUP')) return;
    isAsked = true;
    stop();
  };
  for (const name of stopSignals) process.on(name, listen);
  const outputs = [process.stdout, process.stderr];
  for (const output of outputs) output.on('error', ignore);
  const watch = isStartedByNpm && !isStartedWithNohup ? watchParent(listen) : undefined;
  return () => {
    for (const name of stopSignals) process.off(name, listen);
    for (const output of outputs) output.off('error', ignore);
    clearInterval(watch);
  };
}

function watchParent(onEnd: () => void): NodeJS.Timeout {
  const parent = process.ppid;
  return setInterval(() => {
    if (process.ppid !== parent) onEnd();
  }, parentCheckMs).unref();
}

function ignore() {}
