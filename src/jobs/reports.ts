// Statements on what a running job tells of itself: its processes, its progress, its use of the machine, its rows.
import { type Db, withoutSync } from '../core/db/open.ts';
import {
  type Job,
  type JobRow,
  type ProcessIdentity,
  type Progress,
  parseJob,
  type ResultRow,
} from './job.ts';

/** What is known of an attempt when it ends; what is null stays as it was. */
export type Figures = {
  progress: Progress | null;
  logBytes: number;
  peakRssBytes: number | null;
  cpuSec: number | null;
};

export function createReports(ops: Db) {
  const setProcess = ops.prepare(`
    UPDATE job SET pid = @pid, pid_started = @started, boot_id = @bootId
    WHERE id = @id AND attempt = @attempt AND status = 'running'
  `);
  const addProcess = ops.prepare(`
    INSERT INTO job_process (job_id, pid, pid_started, boot_id)
    SELECT id, @pid, @started, @bootId FROM job WHERE id = @id AND attempt = @attempt AND status = 'running'
    ON CONFLICT (job_id, pid) DO UPDATE SET pid_started = excluded.pid_started, boot_id = excluded.boot_id
  `);
  const processes = ops.prepare('SELECT job_id, pid, pid_started, boot_id FROM job_process');
  const dropProcesses = ops.prepare('DELETE FROM job_process WHERE job_id = ?');
  const setProgress = ops.prepare(`
    UPDATE job SET progress = @progress, log_bytes = @logBytes
    WHERE id = @id AND attempt = @attempt AND status = 'running' RETURNING *
  `);
  const setWarning = ops.prepare(`
    UPDATE job SET warning = @warning WHERE id = @id AND attempt = @attempt AND status = 'running' RETURNING *
  `);
  const setKillAt = ops.prepare(`
    UPDATE job SET kill_at = @killAt WHERE id = @id AND attempt = @attempt AND status = 'running' RETURNING *
  `);
  const setLogBytes = ops.prepare('UPDATE job SET log_bytes = @logBytes WHERE id = @id');
  const setFigures = ops.prepare(`
    UPDATE job SET log_bytes = @logBytes, progress = coalesce(@progress, progress),
      peak_rss_bytes = coalesce(max(peak_rss_bytes, @peakRssBytes), peak_rss_bytes, @peakRssBytes),
      cpu_sec = coalesce(cpu_sec + @cpuSec, cpu_sec, @cpuSec)
    WHERE id = @id
  `);
  const insertRow = ops.prepare(`
    INSERT INTO job_row (job_id, seq, ref, outcome, message)
    SELECT @jobId, coalesce(max(seq), 0) + 1, @ref, @outcome, @message FROM job_row WHERE job_id = @jobId
  `);
  const dropRows = ops.prepare('DELETE FROM job_row WHERE job_id = ?');

  /** How a job is getting on is worth no wait for the disk: after a loss of power it no longer does. */
  const show = (statement: () => unknown): Job | null => {
    const row = withoutSync(ops, statement);
    return row ? parseJob(row as JobRow) : null;
  };

  return {
    /** Of the child itself. Sync it before the script begins. */
    setProcess({ id, attempt }: Job, { pid, started, bootId }: ProcessIdentity) {
      withoutSync(ops, () => setProcess.run({ id, attempt, pid, started, bootId }));
    },
    /** Of a descendant that could not be found otherwise if the server died. */
    addProcess({ id, attempt }: Job, { pid, started, bootId }: ProcessIdentity) {
      withoutSync(ops, () => addProcess.run({ id, attempt, pid, started, bootId }));
    },
    /** The descendants that were added, with their jobs; they go with the attempt. */
    processes: (): { jobId: string; process: ProcessIdentity }[] =>
      (
        processes.all() as {
          job_id: string;
          pid: number;
          pid_started: string | null;
          boot_id: string | null;
        }[]
      ).map(({ job_id, pid, pid_started, boot_id }) => ({
        jobId: job_id,
        process: { pid, started: pid_started, bootId: boot_id },
      })),
    dropProcesses: (jobId: string) => dropProcesses.run(jobId),

    setProgress({ id, attempt }: Job, progress: Progress | null, logBytes: number): Job | null {
      const text = progress && JSON.stringify(progress);
      return show(() => setProgress.get({ id, attempt, progress: text, logBytes }));
    },
    setWarning: ({ id, attempt }: Job, warning: string | null) =>
      show(() => setWarning.get({ id, attempt, warning })),
    setKillAt: ({ id, attempt }: Job, killAt: Date) =>
      show(() => setKillAt.get({ id, attempt, killAt: killAt.toISOString() })),
    setLogBytes: ({ id }: Job, logBytes: number) => setLogBytes.run({ id, logBytes }),
    /** Use is that of all attempts together: the highest peak, the sum of the time. */
    setFigures({ id }: Job, { progress, ...figures }: Figures) {
      setFigures.run({ id, ...figures, progress: progress && JSON.stringify(progress) });
    },

    addRows(jobId: string, rows: Omit<ResultRow, 'seq'>[]) {
      ops.transaction(() => {
        for (const row of rows) insertRow.run({ jobId, ...row });
      })();
    },
    dropRows: (jobId: string) => dropRows.run(jobId),
  };
}
