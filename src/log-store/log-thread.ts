// The thread of the log store: the only one in this process that opens log.db.
import { parentPort, workerData } from 'node:worker_threads';
import { type Question, replyTo } from '../core/thread.ts';
import { type Batch, type Kind, questions, writers } from './contents.ts';
import { openLogFile } from './file-repository.ts';
import type { FileState, LogExchange, ThreadStart } from './protocol.ts';

const port = parentPort;
if (!port) throw new Error('log-thread runs as a thread of the server only.');
const { file } = workerData as ThreadStart;
let remade = { times: 0, reason: null as string | null };
const log = openLogFile(file, (reason) => {
  remade = { times: remade.times + 1, reason };
});

port.on('message', (message: Question<LogExchange>) => {
  void replyTo(port, message.id, () => answerTo(message));
});

function answerTo(message: Question<LogExchange>): unknown {
  switch (message.name) {
    case 'write':
      write(message.question);
      return state();
    case 'ask': {
      const { name, given } = message.question;
      return log.use((db) => questions[name](db, given as never));
    }
    case 'tend':
      log.probe();
      return state();
    default:
      log.close();
      setImmediate(() => port?.close());
      return null;
  }
}

function write(batch: Batch) {
  log.use((db) =>
    db.transaction(() => {
      for (const [kind, items] of Object.entries(batch)) writers[kind as Kind](db, items as never);
    })(),
  );
}

function state(): FileState {
  return { bytes: log.bytes(), remade: remade.times, reason: remade.reason };
}
