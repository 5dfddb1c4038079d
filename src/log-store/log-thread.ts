// The thread of the log store: the only one in this process that opens log.db.
import { parentPort, workerData } from 'node:worker_threads';
import { isBusy } from '../core/db/busy-retry.ts';
import { AppError } from '../core/errors.ts';
import { toRefusal } from '../core/faults.ts';
import { type Question, replyTo } from '../core/thread.ts';
import { type Batch, type Kind, questions, writers } from './contents.ts';
import { createLogFile, stoppingError } from './file-repository.ts';
import { createHeldWrites } from './held-writes.ts';
import { describeLines } from './line-repository.ts';
import type { FileState, LogExchange, ThreadStart } from './protocol.ts';
import { makeRoom, tidy } from './tidy.ts';

const port = parentPort;
if (!port) throw new Error('log-thread runs as a thread of the server only.');
const given = workerData as ThreadStart;
let { maxBytes } = given;
let remade = { times: 0, reason: null as string | null };
let newestId = 0;
/** Ids are times in microseconds at first, so those of a new file are above all earlier ones. */
const idsAbove = () => Math.max(newestId, Date.now() * 1000);
const log = createLogFile({
  file: given.file,
  idsAbove,
  onRemade(reason) {
    remade = { times: remade.times + 1, reason };
  },
});
/** An item that is no line takes about so many bytes. */
const otherBytes = 1000;
const writes = createHeldWrites({ busyMaxMs: given.busyMaxMs, stoppingError });

port.on('message', (message: Question<LogExchange>) => {
  void replyTo(port, message.id, () => answerTo(message).catch(refuse));
});

async function answerTo(message: Question<LogExchange>): Promise<unknown> {
  switch (message.name) {
    case 'write': {
      const { question } = message;
      await writes.add(() => write(question));
      return state();
    }
    case 'ask': {
      await writes.settle();
      return ask(message.question);
    }
    case 'tend':
      maxBytes = message.question.maxBytes;
      log.probe(message.question.isSuspect);
      if (message.question.isTrial) log.tryWriting();
      await tidy(log, message.question);
      return state();
    default:
      await writes.stop();
      log.close();
      setImmediate(() => port?.close());
      return null;
  }
}

/** A file that cannot be used may be lost at any time, so that is no failure of the server: it throws `temporary`. A bug in a
 *  question is one. */
function ask({ name, given: details }: LogExchange['ask']['question']): unknown {
  try {
    return log.use((db) => questions[name](db, details as never));
  } catch (error) {
    const refusal = isBusy(error) ? null : toRefusal(error);
    if (refusal === null || refusal.code === 'stopping') throw error;
    throw new AppError('temporary', `The log cannot be read now. ${refusal.message}`);
  }
}

/** Throws `busy` in place of SQLite's error. */
function refuse(error: unknown): never {
  if (!isBusy(error)) throw error;
  throw new AppError('busy', 'Another program has locked log.db. Try again in a few seconds.');
}

/** All of the batch or, if it throws, nothing. */
async function write(batch: Batch) {
  await makeRoom(log, { maxBytes }, sizeOf(batch));
  log.use((db) =>
    db
      .transaction(() => {
        for (const [kind, items] of Object.entries(batch)) writers[kind as Kind](db, items as never);
      })
      .immediate(),
  );
  log.settle();
}

/** The batch takes about so many bytes in the file and in its write-ahead log. */
function sizeOf(batch: Batch): number {
  const { lines = [], ...others } = batch;
  const bytes = lines.reduce((sum, line) => sum + Buffer.byteLength(line), 0);
  const items = Object.values(others).reduce((sum, { length }) => sum + length, 0);
  return 2 * (bytes + items * otherBytes);
}

function state(): FileState {
  const lines = log.use(describeLines);
  newestId = Math.max(newestId, lines.newest_id);
  return { ...log.sizes(), ...lines, made_at: log.madeAt(), remade: remade.times, reason: remade.reason };
}
