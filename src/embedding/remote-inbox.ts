// The answers of remote workers to this process: all come to one list in Redis, which is read while a job waits for its answer.
// A job that Redis has lost, or whose worker is gone, ends as an outage of its own.
import type { BullQueue, Redis } from './queue-packages.ts';
import {
  type Answer,
  type EmbeddingJob,
  inboxKey,
  keyMs,
  readAnswer,
  waitingKey,
} from './remote-protocol.ts';

/** How long one read waits for an answer; between two reads the jobs are looked after. */
const readSec = 1;

/** Why there will be no answer: words that follow a colon. */
export class LostJob extends Error {}

type Waiting = {
  resolve(answer: Answer): void;
  reject(error: Error): void;
  /** It was not in the queue at the last look. Its answer may have come since. */
  isMissing: boolean;
};

type Given = {
  inbox: string;
  redis: Redis;
  /** A second connection, which its reads block. */
  reader: Redis;
  queue: BullQueue<EmbeddingJob>;
  /** The names of the remote workers that are there. */
  hostNames(): Promise<Set<string>>;
  onError(error: unknown): void;
};

export function createInbox({ inbox, redis, reader, queue, hostNames, onError }: Given) {
  const waiting = new Map<string, Waiting>();
  let isReading = false;

  return {
    /** Says that this process waits, so that its jobs are not skipped. */
    announce,

    /** Resolves with the answer to the job. Rejects with `LostJob`, or with the error of the connection. */
    answerTo(id: string): Promise<Answer> {
      return new Promise<Answer>((resolve, reject) => {
        waiting.set(id, { resolve, reject, isMissing: false });
        void read();
      });
    },

    /** Nobody waits for the answer any more. */
    forget: (id: string) => void waiting.delete(id),

    /** Ends all waits. */
    end(error: Error) {
      for (const id of [...waiting.keys()]) lose(id, error);
    },
  };

  async function announce() {
    await redis.set(waitingKey(inbox), '1', 'PX', keyMs.waiting);
  }

  async function read() {
    if (isReading) return;
    isReading = true;
    try {
      while (waiting.size > 0) {
        await announce();
        const found = await reader.blpop(inboxKey(inbox), readSec);
        if (found) deliver(found[1]);
        else await lookAfter();
      }
    } catch (error) {
      onError(error);
    } finally {
      isReading = false;
    }
  }

  /** An answer that nobody waits for any more is dropped. */
  function deliver(text: string) {
    const read = readAnswer(text);
    if (!read) return;
    waiting.get(read.id)?.resolve(read.answer);
    waiting.delete(read.id);
  }

  function lose(id: string, error: Error) {
    waiting.get(id)?.reject(error);
    waiting.delete(id);
  }

  async function lookAfter() {
    for (const [id, words] of await findLost(queue, waiting, hostNames)) lose(id, new LostJob(words));
  }
}

/** Gives the jobs that will have no answer, and why. Marks those that are missing for the first time. */
async function findLost(
  queue: Given['queue'],
  waiting: Map<string, Waiting>,
  hostNames: Given['hostNames'],
): Promise<[id: string, words: string][]> {
  const lost: [id: string, words: string][] = [];
  const taken: [id: string, by: string][] = [];
  for (const [id, one] of [...waiting]) {
    const job = await queue.getJob(id);
    const state = job === undefined ? 'unknown' : await job.getState();
    const isThere = ['waiting', 'active', 'paused'].includes(state);
    if (state === 'active' && job?.processedBy !== undefined) taken.push([id, job.processedBy]);
    // A worker answers before its job leaves the queue, so the read between two looks finds the answer.
    if (!isThere && one.isMissing) lost.push([id, 'a batch is no longer in the queue']);
    one.isMissing = !isThere;
  }
  const names = taken.length === 0 ? null : await hostNames();
  for (const [id, by] of taken) if (!names?.has(by)) lost.push([id, `${by} ended in the middle of a batch`]);
  return lost;
}
