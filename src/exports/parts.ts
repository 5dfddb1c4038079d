// Builds the objects of the feature from the kernel and the features before it.
import type { Context, Kernel } from '../core/kernel.ts';
import { jobs as jobsFeature } from '../jobs/feature.ts';
import { createLibraryDownloads } from './library-download.ts';
import { emptySheets } from './template.ts';

export type ExportContext = Kernel & ReturnType<typeof createExportParts>;

export function createExportParts(ctx: Context) {
  const { jobs, listing, repository } = ctx.use(jobsFeature);
  ctx.caches.add(emptySheets);
  return { jobs, listing, libraryDownloads: createLibraryDownloads({ ...ctx, jobs, repository }) };
}
