// Questions to a thread and its answers. When the thread ends, for whatever reason, every open question is rejected.
import { type MessagePort, Worker } from 'node:worker_threads';
import { AppError } from './errors.ts';
import { toFault } from './faults.ts';

/** The questions to a thread, by name. */
export type Exchange = { [name: string]: { question: unknown; answer: unknown } };

export type Question<E extends Exchange> = {
  [Name in keyof E]: { id: number; name: Name; question: E[Name]['question'] };
}[keyof E];

type Reply<E extends Exchange> =
  | { id: number; answer: E[keyof E]['answer'] }
  | { id: number; error: Pick<AppError, 'code' | 'message' | 'details'> }
  | { id: number; bug: Pick<Error, 'name' | 'message' | 'stack'> };

export type Thread<E extends Exchange> = ReturnType<typeof startThread<E>>;

export type ThreadGiven = {
  file: URL;
  data: unknown;
  /** The error of questions that are open at the end; `isClosing`: the end was asked for. */
  endedError(isClosing: boolean): AppError;
  /** Called once if the thread ends without having been asked to. */
  onCrash(cause: Error): void;
  /** Takes what the thread sends unasked, as `{report}`. */
  onReport(report: unknown): void;
};

/** `E` must have `close`, after whose answer the thread ends. */
export function startThread<E extends Exchange>({ file, data, endedError, onCrash, onReport }: ThreadGiven) {
  // Flags of this process, such as the loaders of a test runner, would only slow the thread.
  const worker = new Worker(file, { workerData: data, execArgv: [] });
  const open = new Map<number, { resolve: (answer: never) => void; reject: (error: Error) => void }>();
  let lastId = 0;
  let isClosing = false;
  let cause: Error | null = null;

  const ended = new Promise<void>((resolve) => {
    worker.once('exit', (code) => {
      for (const { reject } of open.values()) reject(endedError(isClosing));
      resolve();
      if (!isClosing) onCrash(cause ?? new Error(`The thread ended with exit code ${code}.`));
    });
  });
  worker.on('error', (error) => {
    cause = error;
  });
  worker.on('messageerror', () => void worker.terminate());
  worker.on('message', (reply: Reply<E> | { report: unknown }) => {
    if ('report' in reply) return onReport(reply.report);
    const question = open.get(reply.id);
    open.delete(reply.id);
    if ('error' in reply)
      question?.reject(new AppError(reply.error.code, reply.error.message, reply.error.details));
    else if ('bug' in reply) question?.reject(Object.assign(new Error(), reply.bug));
    else question?.resolve(reply.answer as never);
  });

  const post = (name: keyof E, question: unknown) => {
    worker.postMessage({ id: ++lastId, name, question });
    return lastId;
  };

  return {
    ask<Name extends keyof E>(name: Name, question: E[Name]['question']) {
      return new Promise<E[Name]['answer']>((resolve, reject) => {
        open.set(post(name, question), { resolve, reject });
      });
    },

    /** Settles when every open question is answered and the thread has ended. */
    async close() {
      if (!isClosing) post('close', null);
      isClosing = true;
      await ended;
    },

    /** Ends the thread at once. */
    async terminate() {
      isClosing = true;
      await worker.terminate();
    },

    /** The process may end while the thread runs, until `ref` is called. */
    unref: () => worker.unref(),
    ref: () => worker.ref(),
  };
}

/** In the thread: sends the answer of `work`, or its error: a fault that people can read, or a bug with its stack. */
export async function replyTo(port: MessagePort, id: number, work: () => unknown) {
  try {
    port.postMessage({ id, answer: await work() });
  } catch (error) {
    const fault = toFault(error);
    const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
    if (!fault) return port.postMessage({ id, bug: { name, message, stack } });
    port.postMessage({ id, error: { code: fault.code, message: fault.message, details: fault.details } });
  }
}
