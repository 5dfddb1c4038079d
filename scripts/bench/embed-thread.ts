// A thread of the bare loop: embeds its texts on a message, and answers when it is done.
import os from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { builtIn } from '../../src/embedding/built-in.ts';

const texts = workerData as string[];
const batchSize = 256;

// As workers do; on Linux this sets the priority of the thread.
os.setPriority(os.constants.priority.PRIORITY_BELOW_NORMAL);
parentPort?.postMessage('ready');
parentPort?.once('message', () => void embedAll());

async function embedAll() {
  for (let at = 0; at < texts.length; at += batchSize) await builtIn.embed(texts.slice(at, at + batchSize));
  parentPort?.postMessage('done');
}
