// The server's end of a search thread. When the thread ends, for whatever reason, every open question is rejected.
import { Worker } from 'node:worker_threads';
import { AppError } from '../core/errors.ts';
import type { Exchange, Question, Reply, ThreadStart } from './live-protocol.ts';

export type LiveThread = ReturnType<typeof startThread>;

export const searchThreadFile = new URL('./live-worker.js', import.meta.url);

/** `onCrash` is called once if the thread ends without having been asked to. */
export function startThread(file: URL, start: ThreadStart, onCrash: (cause: Error) => void) {
  // Flags of this process, such as the loaders of a test runner, would only slow the thread.
  const worker = new Worker(file, { workerData: start, execArgv: [] });
  const open = new Map<number, { resolve: (answer: never) => void; reject: (error: Error) => void }>();
  let lastId = 0;
  let isClosing = false;
  let cause: Error | null = null;

  const ended = new Promise<void>((resolve) => {
    worker.once('exit', (code) => {
      for (const { reject } of open.values()) reject(endedError(isClosing));
      resolve();
      if (!isClosing) onCrash(cause ?? new Error(`The search thread ended with exit code ${code}.`));
    });
  });
  worker.on('error', (error) => {
    cause = error;
  });
  worker.on('messageerror', () => void worker.terminate());
  worker.on('message', (reply: Reply) => {
    const question = open.get(reply.id);
    open.delete(reply.id);
    if ('error' in reply)
      question?.reject(new AppError(reply.error.code, reply.error.message, reply.error.details));
    else question?.resolve(reply.answer as never);
  });

  const post = (name: keyof Exchange, question: unknown) => {
    worker.postMessage({ id: ++lastId, name, question } as Question);
    return lastId;
  };

  return {
    ask<Name extends keyof Exchange>(name: Name, question: Exchange[Name]['question']) {
      return new Promise<Exchange[Name]['answer']>((resolve, reject) => {
        open.set(post(name, question), { resolve, reject });
      });
    },

    /** Settles when every open question is answered and the thread has ended. */
    async close() {
      if (!isClosing) post('close', null);
      isClosing = true;
      await ended;
    },
  };
}

function endedError(isClosing: boolean): AppError {
  return isClosing
    ? new AppError('stopping', 'Search is stopping. Search again after the server has restarted.')
    : new AppError('temporary', 'Search ended unexpectedly and is restarting. Search again.');
}
