// An embedding worker, started by `npm run worker` or by the server's pool; with --remote one that needs no library, for
// another machine. Runs until SIGTERM or Ctrl+C.
import { checkNode } from '../src/core/node-version.ts';

checkNode();
const { loadConfig } = await import('../src/core/config.ts');
const { toRefusal } = await import('../src/core/faults.ts');

try {
  if (process.argv.includes('--remote')) await workRemotely();
  else await workHere();
  process.exit(0);
} catch (error) {
  const message = toRefusal(error)?.message ?? (error as Error).stack;
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

async function workHere() {
  const { withSaved } = await import('../src/jobs/with-saved.ts');
  const { chooseEmbedder } = await import('../src/embedding/choose.ts');
  const { runWorkerProcess } = await import('../src/workers/process.ts');
  const { workerTimes } = await import('../src/workers/worker.ts');
  const config = withSaved(loadConfig());
  const times = { ...workerTimes, batchMax: config.embeddingBatch };
  await runWorkerProcess(config, (countUsage) => chooseEmbedder(config, countUsage), times);
}

/** Reads the environment alone, and opens no file of a data folder. */
async function workRemotely() {
  const { onStopSignal } = await import('../src/core/stop-signals.ts');
  const { hostTimes, runRemoteHost } = await import('../src/embedding/remote-host.ts');
  const config = loadConfig();
  const stopping = new AbortController();
  onStopSignal(() => stopping.abort());
  const report = (line: string) => void process.stderr.write(`${line}\n`);
  for (const warning of config.warnings) report(warning);
  await runRemoteHost({ config, times: hostTimes, report, stopping: stopping.signal });
}
