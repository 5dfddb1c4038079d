// The thread of the log store, except that it crashes when it is asked to.
import { parentPort } from 'node:worker_threads';
import '../../src/log-store/log-thread.ts';

parentPort?.on('message', ({ question }: { question: { name?: string } | null }) => {
  if (question?.name === 'crash') throw new Error('it was asked to crash');
});
