// Statements on what a running job reports: its processes, its progress, its use of the machine, its result rows.
import { shorten } from '../core/shorten.ts';
import { type Db, prepareAll, withoutSync } from '../core/db/open.ts';
import {
  type Job,
  type JobProcess,
  type JobRow,
  type LeftProcess,
  type ProcessIdentity,
  type Progress,
  parseJob,
  type ResultRow,
} from './job.ts';
import type { RowMessage } from './protocol.ts';

/** The measurements at the end of an attempt; null leaves a column as it is. */
export type Figures = {
  progress: Progress | null;
  logBytes: number;
  peakRssBytes: number | null;
  cpuSec: number | null;
  left: LeftProcess[];
};

/** Memory and CPU of all processes of a job at one time; 100 % is one core. */
export type JobSample = { at_ms: number; rss_bytes: number; cpu_percent: number };

export type Reports = ReturnType<typeof createReports>;

/** Longest texts of a row, in characters. A list has up to a thousand rows, and an address filters them by outcome. */
const maxLength = { ref: 500, outcome: 50, message: 10_000 };

const ofAttempt = `id = @id AND attempt = @attempt AND status = 'running'`;

const sql = {
  setProcess: `
    UPDATE job SET pid = @pid, pid_started = @started, boot_id = @bootId, tracking = @tracking
    WHERE ${ofAttempt}
  `,
  addProcess: `
    INSERT INTO job_process (job_id, pid, pid_started, boot_id)
    SELECT id, @pid, @started, @bootId FROM job WHERE ${ofAttempt}
    ON CONFLICT (job_id, pid) DO UPDATE SET pid_started = excluded.pid_started, boot_id = excluded.boot_id
  `,
  processes: 'SELECT job_id AS jobId, pid, pid_started AS started, boot_id AS bootId FROM job_process',
  dropProcesses: 'DELETE FROM job_process WHERE job_id = ?',
  setProgress: `UPDATE job SET progress = @progress, log_bytes = @logBytes WHERE ${ofAttempt} RETURNING *`,
  setWarning: `UPDATE job SET warning = @warning WHERE ${ofAttempt} RETURNING *`,
  setKillAt: `UPDATE job SET kill_at = @killAt WHERE ${ofAttempt} RETURNING *`,
  setLogBytes: 'UPDATE job SET log_bytes = @logBytes WHERE id = @id',
  setFigures: `
    UPDATE job SET log_bytes = @logBytes, progress = coalesce(@progress, progress), left_processes = @left,
      peak_rss_bytes = coalesce(max(peak_rss_bytes, @peakRssBytes), peak_rss_bytes, @peakRssBytes),
      cpu_sec = coalesce(cpu_sec + @cpuSec, cpu_sec, @cpuSec)
    WHERE id = @id
  `,
  insertRow: `
    INSERT INTO job_row (job_id, seq, ref, outcome, message)
    SELECT @jobId, coalesce(max(seq), 0) + 1, @ref, @outcome, @message FROM job_row WHERE job_id = @jobId
  `,
  dropRows: 'DELETE FROM job_row WHERE job_id = ?',
  hasRows: 'SELECT EXISTS (SELECT 1 FROM job_row WHERE job_id = ?) AS found',
  addSample: `
    INSERT OR REPLACE INTO job_sample (job_id, at_ms, rss_bytes, cpu_percent)
    VALUES (@jobId, @atMs, @rssBytes, @cpuPercent)
  `,
  thinSamples: `
    DELETE FROM job_sample WHERE job_id = @jobId AND at_ms IN (
      SELECT at_ms FROM (
        SELECT at_ms, row_number() OVER (ORDER BY at_ms) AS place FROM job_sample WHERE job_id = @jobId
      ) WHERE place % 2 = 0
    )
  `,
  dropSamples: 'DELETE FROM job_sample WHERE job_id = ?',
  samples: 'SELECT at_ms, rss_bytes, cpu_percent FROM job_sample WHERE job_id = ? ORDER BY at_ms',
};

export function createReports(ops: Db) {
  const statements = prepareAll(ops, sql);
  /** Progress is not fsynced: after a loss of power the job does not run any more. */
  const show = (name: keyof typeof sql, values: Record<string, unknown>): Job | null => {
    const row = withoutSync(ops, () => statements[name].get(values));
    return row ? parseJob(row as JobRow) : null;
  };

  return {
    /** The process of the script; must be synced before the script begins. */
    setProcess({ id, attempt }: Job, { script, keeper, tracking }: JobProcess) {
      withoutSync(ops, () => {
        statements.setProcess.run({ id, attempt, ...script, tracking });
        if (keeper) statements.addProcess.run({ id, attempt, ...keeper });
      });
    },
    /** A descendant that only this row finds if the server dies. */
    addProcess({ id, attempt }: Job, process: ProcessIdentity) {
      withoutSync(ops, () => statements.addProcess.run({ id, attempt, ...process }));
    },
    /** The descendants of all running attempts. */
    processes: () => statements.processes.all() as (ProcessIdentity & { jobId: string })[],
    dropProcesses: (jobId: string) => statements.dropProcesses.run(jobId),

    setProgress: ({ id, attempt }: Job, progress: Progress | null, logBytes: number) =>
      show('setProgress', { id, attempt, progress: progress && JSON.stringify(progress), logBytes }),
    setWarning: ({ id, attempt }: Job, warning: string | null) =>
      show('setWarning', { id, attempt, warning }),
    setKillAt: ({ id, attempt }: Job, killAt: Date) =>
      show('setKillAt', { id, attempt, killAt: killAt.toISOString() }),
    setLogBytes: ({ id }: Job, logBytes: number) => statements.setLogBytes.run({ id, logBytes }),
    /** Figures are those of all attempts together: the highest peak of memory, the sum of the CPU time. */
    setFigures({ id }: Job, { progress, left, ...figures }: Figures) {
      const json = { progress: progress && JSON.stringify(progress), left: JSON.stringify(left) };
      statements.setFigures.run({ id, ...figures, ...json });
    },

    addRows(jobId: string, rows: (Omit<RowMessage, 'type'> | Omit<ResultRow, 'seq'>)[]) {
      ops.transaction(() => {
        for (const { ref, outcome, message } of rows)
          statements.insertRow.run({
            jobId,
            ref: ref == null ? null : shorten(ref, maxLength.ref),
            outcome: shorten(outcome, maxLength.outcome),
            message: message == null ? null : shorten(message, maxLength.message),
          });
      })();
    },
    dropRows: (jobId: string) => statements.dropRows.run(jobId),

    hasRows: (jobId: string) => (statements.hasRows.get(jobId) as { found: number }).found === 1,

    addSample: ({ id }: Job, sample: { atMs: number; rssBytes: number; cpuPercent: number }) =>
      withoutSync(ops, () => statements.addSample.run({ jobId: id, ...sample })),
    /** Removes every second sample. */
    thinSamples: ({ id }: Job) => withoutSync(ops, () => statements.thinSamples.run({ jobId: id })),
    dropSamples: (jobId: string) => statements.dropSamples.run(jobId),
    /** Memory and CPU of the last attempt, oldest first. */
    samples: (jobId: string) => statements.samples.all(jobId) as JobSample[],
  };
}
