// An embedding worker, started by `npm run worker` or by the server's pool. Runs until SIGTERM or Ctrl+C.
import { loadConfig } from '../src/core/config.ts';
import { AppError } from '../src/core/errors.ts';
import { chooseEmbedder } from '../src/embedding/choose.ts';
import { runWorkerProcess } from '../src/workers/process.ts';
import { workerTimes } from '../src/workers/worker.ts';

try {
  const config = loadConfig();
  await runWorkerProcess(config, chooseEmbedder(config), workerTimes);
  process.exit(0);
} catch (error) {
  process.stderr.write(`${error instanceof AppError ? error.message : (error as Error).stack}\n`);
  process.exit(1);
}
