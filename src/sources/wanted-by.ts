// Finds the unfinished jobs and the schedules that name a sheet.
import type { Catalogue } from '../core/catalogue.ts';
import type { Job } from '../jobs/job.ts';
import type { Schedule } from '../schedule-store/schedule.ts';
import type { ScheduleRepository } from '../schedule-store/schedule-repository.ts';

/** A path, files or a download take the place of the named sheet, whose argument has a default. */
const inPlaceOfSource = ['path', 'sheet', 'download'];

/** A run, or the stored request for one. */
type Run = Pick<Job, 'operation' | 'args'>;

type Given = {
  catalogue: Pick<Catalogue, 'find'>;
  active: () => Job[];
  schedules: Pick<ScheduleRepository, 'all'>;
};

export function createWantedBy({ catalogue, active, schedules }: Given) {
  const names = ({ operation, args }: Run, name: string) =>
    !inPlaceOfSource.some((argument) => args[argument]) &&
    Object.entries(catalogue.find(operation)?.args.properties ?? {}).some(
      ([argument, { options }]) => options === 'sources' && args[argument] === name,
    );
  return {
    /** The number of an unfinished job; null without one. */
    job: (name: string): number | null => active().find((job) => names(job, name))?.number ?? null,

    /** Also those that are off. */
    schedules: (name: string): Schedule[] => schedules.all().filter((schedule) => names(schedule, name)),
  };
}
