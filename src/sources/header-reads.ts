// Reads the headers of local sheets without being asked: those whose files have changed by another hand, each in a process of
// its own, and never twice.
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { inTime, withTimeLimit } from '../core/in-time.ts';
import type { Kernel } from '../core/kernel.ts';
import type { SheetSource } from '../core/sheet-source.ts';
import { createTurns } from './turns.ts';
import type { CreateTask } from '../runner/task.ts';
import type { FoundFile } from '../sheets/file-facts.ts';

/** `problem`: why tabs or headers cannot be used; null if they can. `changedMs`: when its files changed last. */
export type SheetHead = { problem: string | null; changedMs: number };

type Read = SheetHead & { source: SheetSource; key: string };
type Given = Pick<Kernel, 'bus' | 'config'> & {
  createTask: CreateTask;
  /** A look at a sheet waits for its read; the end of a later one is announced on the bus. */
  waitMaxMs?: number;
};

export type HeaderReads = ReturnType<typeof createHeaderReads>;

const maxAtOnce = 2;
const readMaxMs = 60_000;

export function createHeaderReads(given: Given) {
  const { bus, config, waitMaxMs = 5000 } = given;
  const newest = new Map<string, Read>();
  const reading = new Map<string, Promise<void>>();
  /** The key of the files that each sheet had last. */
  const wanted = new Map<string, string>();
  const turns = createTurns(maxAtOnce);
  const stopping = new AbortController();

  return {
    /** Gives the last reading of the sheet's headers; null before the first. */
    known(source: SheetSource): SheetHead | null {
      const read = newest.get(source.name);
      return read && isDeepStrictEqual(read.source, source) ? read : null;
    },

    /** Reads the headers of these files unless they are known. `isOurs`: this program has read or written them as they are.
     *  Does not wait for a disk that hangs. */
    async look(source: SheetSource, files: FoundFile[], isOurs: () => boolean) {
      const key = JSON.stringify([source, files]);
      if (wanted.get(source.name) === key && newest.get(source.name)?.key === key) return;
      wanted.set(source.name, key);
      const changedMs = Math.max(...files.map((file) => file.changedMs));
      const keep = (problem: string | null) =>
        void newest.set(source.name, { source, key, problem, changedMs });
      if (isOurs()) return keep(null);
      if (config.mode === 'noop' || stopping.signal.aborted) return;
      await inTime(reading.get(key) ?? read(source, key, keep), waitMaxMs);
    },

    async stop() {
      stopping.abort();
      await Promise.allSettled(reading.values());
    },
  };

  function read(source: SheetSource, key: string, keep: (problem: string | null) => void): Promise<void> {
    const work = async () => {
      const before = newest.get(source.name)?.problem ?? null;
      const problem = await readInChild(given.createTask, source, stopping.signal);
      if (wanted.get(source.name) !== key || stopping.signal.aborted) return;
      keep(problem);
      if (problem !== before) bus.emit('sources');
    };
    const pending = turns.take(work).finally(() => reading.delete(key));
    reading.set(key, pending);
    return pending;
  }
}

/** A process that fails or takes too long says nothing about the sheet; a check that a person starts does. */
function readInChild(createTask: CreateTask, source: SheetSource, stopping: AbortSignal) {
  return withTimeLimit(readMaxMs, stopping, (signal) => readUntil(createTask, source, signal));
}

async function readUntil(createTask: CreateTask, source: SheetSource, signal: AbortSignal) {
  const id = `check-header-${randomUUID()}`;
  const task = createTask({ script: 'check-header', id, onProgress() {}, signal });
  try {
    const { problem } = await task.run(source);
    return problem === null ? null : String(problem);
  } catch {
    return null;
  } finally {
    await task.end();
  }
}
