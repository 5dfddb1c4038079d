// The files of an export on the page of its job.
import { formatBytes } from '../../core/format.ts';
import type { JobFacts, JobPart } from '../../core/job-part.ts';
import { url } from '../../core/url.ts';
import { isDownload } from '../downloads.ts';
import { exportedBy, filesNow, replacedBy } from '../exported-files.ts';
import type { ExportContext } from '../parts.ts';
import { isWorkbookPath } from '../../sheets/swap.ts';

export const jobFilesPart = (ctx: ExportContext): JobPart => ({
  template: 'exports/job-files',
  load: (job) => viewFiles(ctx, job),
});

function viewFiles({ config, listing }: Pick<ExportContext, 'config' | 'listing'>, job: JobFacts) {
  const exported = exportedBy(job);
  if (!exported) return null;
  const { files, state } = filesNow(config, exported);
  // A download has been sent, and its file is not kept.
  if (state === 'gone' && isDownload(exported.sheet)) return null;
  return {
    sheet: exported.sheet,
    files: files.map(({ name, bytes }) => ({ name, size: formatBytes(bytes) })),
    state,
    replacedBy: state === 'changed' ? replacedBy(listing, job) : null,
    download: state === 'gone' ? null : url(`/ui/jobs/${job.number}/files`),
    button: isWorkbookPath(exported.sheet) ? 'Download workbook' : 'Download as ZIP',
  };
}
