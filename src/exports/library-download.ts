// A download of the library: a job of the export makes its file in a child process, under a shared lock of the library.
import fs from 'node:fs';
import path from 'node:path';
import type { Requester } from '../core/audit.ts';
import { AppError } from '../core/errors.ts';
import type { Job } from '../jobs/job.ts';
import type { JobContext } from '../jobs/parts.ts';
import { untilEnded } from '../jobs/until-ended.ts';
import { downloadFolder, downloadName, removeDownload, removeOldDownloads } from './downloads.ts';
import type { Format } from './exported-rows.ts';

type Context = Pick<JobContext, 'bus' | 'config' | 'jobs' | 'now' | 'repository'>;

export type OpenDownload = { fd: number; bytes: number; number: number };

/** More wait at the browser, which can ask again. */
const maxAtOnce = 3;

export function createLibraryDownloads(ctx: Context) {
  let making = 0;

  return {
    /** Gives the file, open and without a name on the disk any more. `left`: the client has gone, so the job is cancelled.
     *  Throws what `submit` throws, `operation_locked` included, and `wrong_state`, `busy`, `bad_input`, `temporary`. */
    async make(format: Format, by: Requester, left: AbortSignal): Promise<OpenDownload> {
      assertCanMake();
      making++;
      try {
        removeOldDownloads(ctx.config, ctx.now());
        const { id } = await ctx.jobs.submit({ operation: 'export', args: { format, download: true } }, by);
        return await take(id, format, by, left);
      } finally {
        making--;
      }
    },
  };

  function assertCanMake() {
    if (ctx.config.mode === 'noop')
      throw new AppError('wrong_state', 'Noop mode runs no operation, so there is nothing to download.');
    if (making >= maxAtOnce)
      throw new AppError('busy', `${making} downloads are being made. Try again in a moment.`);
  }

  async function take(id: string, format: Format, by: Requester, left: AbortSignal) {
    const cancel = () => void ctx.jobs.cancel(id, by).catch(() => {});
    if (left.aborted) cancel();
    left.addEventListener('abort', cancel, { once: true });
    try {
      return openFile(await untilEnded(ctx, id), format);
    } finally {
      left.removeEventListener('abort', cancel);
      removeDownload(ctx.config, id);
    }
  }

  function openFile(job: Job, format: Format): OpenDownload {
    if (job.status !== 'succeeded') throw failureOf(job);
    const fd = fs.openSync(path.join(downloadFolder(ctx.config, job.id), downloadName(format)), 'r');
    return { fd, bytes: fs.fstatSync(fd).size, number: job.number };
  }
}

/** The job's own words when its input is the cause: a text that no workbook can hold. */
function failureOf({ number, id, failure }: Job): AppError {
  const details = { ...failure?.detail, job_id: id };
  if (failure?.code === 'bad_input') return new AppError('bad_input', failure.message, details);
  const why = failure?.message ?? 'It was cancelled.';
  return new AppError('temporary', `Job #${number} did not make the download. ${why}`, details);
}
