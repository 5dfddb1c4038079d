// Records everything the server acknowledged or showed to clients. A crash must not change any of it.
import { createHash } from 'node:crypto';
import { isTerminal, type JobStatus } from '../../src/jobs/job.ts';
import type { State } from './repository.ts';

export type Memory = ReturnType<typeof createMemory>;

/** How much of the start of a log is remembered. */
export const logHeadBytes = 65_536;

export function createMemory() {
  const accepted = new Map<number, string>();
  const cancels = new Set<number>();
  const ends = new Map<number, JobStatus>();
  const logs = new Map<number, { bytes: number; digest: string }>();
  const problems: string[] = [];
  let audit = { rows: 0, digest: digestOf([]) };

  return {
    /** Violations found while the load ran. */
    problems,
    /** The numbers of all acknowledged jobs. */
    numbers: () => [...accepted.keys()],
    noteAccepted: (number: number, id: string) => void accepted.set(number, id),
    noteCancel: (number: number) => void cancels.add(number),
    /** The end that was shown; undefined before one was. */
    endOf: (number: number) => ends.get(number),
    /** `before`: the end that had been shown when the request was sent: its answer may be older than that of another one. */
    noteStatus(number: number, status: JobStatus, before: JobStatus | undefined) {
      const known = isTerminal(status) ? ends.get(number) : before;
      if (known !== undefined && known !== status) {
        problems.push(`job #${number} was ${known} and is ${status}`);
      }
      if (isTerminal(status)) ends.set(number, status);
    },
    /** `head`: the first bytes of the log, at most `logHeadBytes`. */
    noteLog(number: number, head: Buffer) {
      const before = logs.get(number);
      if (before && before.digest !== digestOf([head.subarray(0, before.bytes)])) {
        problems.push(`the first ${before.bytes} bytes of the log of job #${number} have changed`);
      }
      if (!before || head.length > before.bytes) {
        logs.set(number, { bytes: head.length, digest: digestOf([head]) });
      }
    },
    /** Compares the stored state with the known one, then remembers it. */
    noteState({ jobs, audit: rows }: State) {
      const stored = new Map(jobs.map((job) => [job.number, job]));
      for (const [number, id] of accepted) {
        if (stored.get(number)?.id !== id) problems.push(`job #${number} was acknowledged and is lost`);
      }
      for (const number of cancels) {
        if (!stored.get(number)?.cancel_requested_at) problems.push(`the cancel of job #${number} is lost`);
      }
      for (const number of ends.keys()) {
        if (!stored.has(number)) problems.push(`job #${number} had ended and is lost`);
      }
      for (const { number, status } of jobs) this.noteStatus(number, status, ends.get(number));
      const texts = rows.map(({ text }) => text);
      if (digestOf(texts.slice(0, audit.rows)) !== audit.digest) {
        problems.push(`the first ${audit.rows} audit rows have changed`);
      }
      audit = { rows: texts.length, digest: digestOf(texts) };
    },
  };
}

function digestOf(parts: (string | Buffer)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\n');
  return hash.digest('hex');
}
