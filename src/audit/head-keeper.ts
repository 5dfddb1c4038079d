// Keeps audit.head at the end of the audit log. A head whose row is no longer in the log stays: it is the evidence that rows are
// gone.
import { systemRequester } from '../core/audit.ts';
import type { Kernel } from '../core/kernel.ts';
import { AppError } from '../core/errors.ts';
import { explain } from '../core/faults.ts';
import { createLoop } from '../core/loop.ts';
import type { ChainRepository } from './chain-repository.ts';
import { isHash, readHead, writeHead } from './head-file.ts';

const everyMs = 10_000;

/** The event of a row that says that the file was missing. */
export const headMadeEvent = 'audit.head_made';

type Given = Pick<Kernel, 'audit' | 'log' | 'now' | 'untilFree'> & {
  file: string;
  chain: Pick<ChainRepository, 'newest' | 'hashOf' | 'newestOf'>;
  /** Settles when every commit before the call is on the disk. */
  synced: () => Promise<void>;
};

export function createHeadKeeper({ file, chain, synced, audit, log, now, untilFree }: Given) {
  /** A server that ran before this one has left a head. */
  let isExpected = (chain.newestOf('server.started')?.hash ?? null) !== null;
  let problem: string | null = null;
  const loop = createLoop({ everyMs, runOnce: write, onError: note });

  return {
    start: loop.start,
    stop: loop.stop,
    runOnce: loop.runOnce,
    /** Writes the last head; never rejects. Expects a stopped loop. */
    end: loop.runNow,
    /** Why the file could not be written the last time, as a sentence; null when it could. */
    problem: () => problem,
  };

  async function write() {
    const kept = readHead(file);
    if (kept.problem !== null) throw new AppError('config', kept.problem);
    if (kept.head === null && isExpected) await recordMissing();
    const newest = chain.newest();
    if (newest && isHash(newest.hash) && newest.hash !== kept.head?.hash) {
      if (kept.head && chain.hashOf(kept.head.id) !== kept.head.hash) return;
      // A power cut must not leave a head that is newer than the log.
      await synced();
      await writeHead(file, { id: newest.id, hash: newest.hash, at: now().toISOString() });
      isExpected = true;
    }
    problem = null;
  }

  /** Once, also when the file cannot be written, which is tried every few seconds. */
  async function recordMissing() {
    const detail = { row: chain.newest()?.id ?? null };
    await untilFree(() => audit.record({ event: headMadeEvent, outcome: 'ok', by: systemRequester, detail }));
    isExpected = false;
  }

  /** Logged once, since it is tried every few seconds. */
  function note(error: unknown) {
    const latest = explain(error, (error as NodeJS.ErrnoException).path ?? file);
    if (latest !== problem) log.error({ err: error }, 'audit.head could not be written');
    problem = latest;
  }
}
