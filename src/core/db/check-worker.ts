// The thread of check-thread.ts: posts whether one database is damaged.
import { parentPort, workerData } from 'node:worker_threads';
import { isDamaged } from './check.ts';

parentPort?.postMessage(isDamaged(workerData as string));
