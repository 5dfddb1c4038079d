// The thread that measures the use of the disk.
import { parentPort, workerData } from 'node:worker_threads';
import { walkDisk } from './walk-disk.ts';

parentPort?.postMessage(walkDisk(workerData));
