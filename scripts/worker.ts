// An embedding worker, started by `npm run worker` or by the server's pool. Runs until SIGTERM or Ctrl+C.
import { checkNode } from '../src/core/node-version.ts';

checkNode();
const { loadConfig } = await import('../src/core/config.ts');
const { withSaved } = await import('../src/jobs/with-saved.ts');
const { toRefusal } = await import('../src/core/faults.ts');
const { chooseEmbedder } = await import('../src/embedding/choose.ts');
const { runWorkerProcess } = await import('../src/workers/process.ts');
const { workerTimes } = await import('../src/workers/worker.ts');

try {
  const config = withSaved(loadConfig());
  const times = { ...workerTimes, batchMax: config.embeddingBatch };
  await runWorkerProcess(config, (countUsage) => chooseEmbedder(config, countUsage), times);
  process.exit(0);
} catch (error) {
  const message = toRefusal(error)?.message ?? (error as Error).stack;
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
