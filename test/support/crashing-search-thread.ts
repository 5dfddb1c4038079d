// The search thread, except that it crashes on the query "crash", finds the library damaged on "damage", and crashes at
// start while the index folder contains a file `crash`.
import fs from 'node:fs';
import path from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import '../../src/index/live-worker.ts';

if (fs.existsSync(path.join(workerData.config.indexFolder, 'crash'))) throw new Error('it crashes at once');
parentPort?.on('message', ({ id, question }: { id: number; question: { query?: string } | null }) => {
  if (question?.query === 'damage')
    parentPort?.postMessage({ id, error: { code: 'database_damaged', message: 'chl.db is damaged.' } });
  if (question?.query === 'crash') throw new Error('it was asked to crash');
});
