// The thread of hash.ts: posts the SHA-256 of one file.
import { parentPort, workerData } from 'node:worker_threads';
import { hashFileSync } from './hash-sync.ts';

parentPort?.postMessage(hashFileSync(workerData as string));
