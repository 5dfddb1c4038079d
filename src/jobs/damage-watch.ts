// Remembers the damage that jobs have met, from this run of the server and from the one before.
import { findDamage } from '../core/db/check.ts';
import type { Kernel } from '../core/kernel.ts';
import type { Job } from './job.ts';
import type { JobRepository } from './repository.ts';

/** At a start, so many of the newest jobs are asked. */
const jobsAsked = 20;

export function watchDamage({
  bus,
  damage,
  repository,
}: Pick<Kernel, 'bus' | 'damage'> & { repository: Pick<JobRepository, 'find' | 'newest'> }) {
  bus.on('job', ({ id, status }) => {
    if (status === 'failed') note(repository.find(id));
  });

  return {
    /** Checks the files that jobs have reported as damaged: they may have been replaced since. */
    recover() {
      const asked = new Set<string>();
      for (const job of repository.newest(jobsAsked)) {
        const file = damagedFile(job);
        if (file === null || asked.has(file)) continue;
        asked.add(file);
        if (isDamaged(file)) note(job);
      }
    },
  };

  function note(job: Job | null) {
    const file = damagedFile(job);
    if (file !== null) damage.noteFile(file, job?.failure?.message ?? '');
  }
}

function damagedFile(job: Job | null): string | null {
  const { code, file } = job?.failure?.detail ?? {};
  return code === 'database_damaged' && typeof file === 'string' ? file : null;
}

/** A file that cannot be read counts as damaged. */
function isDamaged(file: string): boolean {
  try {
    return findDamage(file) !== null;
  } catch {
    return true;
  }
}
