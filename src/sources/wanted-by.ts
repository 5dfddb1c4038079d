// Finds the unfinished jobs that name a sheet.
import type { Catalogue } from '../core/catalogue.ts';
import type { Job } from '../jobs/job.ts';

/** A path, files or a download take the place of the named sheet, whose argument has a default. */
const inPlaceOfSource = ['path', 'sheet', 'download'];

/** The function returns the number of an unfinished job; null without one. */
export function createWantedBy(catalogue: Pick<Catalogue, 'find'>, active: () => Job[]) {
  const names = ({ operation, args }: Job, name: string) =>
    !inPlaceOfSource.some((argument) => args[argument]) &&
    Object.entries(catalogue.find(operation)?.args.properties ?? {}).some(
      ([argument, { options }]) => options === 'sources' && args[argument] === name,
    );
  return (name: string): number | null => active().find((job) => names(job, name))?.number ?? null;
}
