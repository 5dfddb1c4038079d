// Checks that both databases can be read, and that no damage is known.
import path from 'node:path';
import type { Check, Found } from '../core/check.ts';
import { explain } from '../core/faults.ts';
import { formatNumber } from '../core/format.ts';
import type { Kernel } from '../core/kernel.ts';
import type { JobRepository } from '../jobs/repository.ts';
import type { LibraryCounts } from './counts.ts';

type Sources = Pick<Kernel, 'damage'> & {
  counts: LibraryCounts;
  repository: Pick<JobRepository, 'newest'>;
};

export const databaseHead = { id: 'database', component: 'database', title: 'Databases' };

export function databaseCheck(sources: Sources): Check {
  return {
    ...databaseHead,
    everySec: 10,
    dirtyOn: ['job', 'library', 'sample', 'backups'],
    look: () => look(sources),
  };
}

function look({ damage, counts, repository }: Sources) {
  const found = damage.found().map(({ file, since }) => ({ ...damaged(file), since }));
  if (found.length > 0) return { says: 'Damaged', found };
  try {
    repository.newest(1);
    const checking = damage.isChecking() ? '; being checked for damage' : '';
    return { says: `${formatNumber(counts.totals().entries)} entries${checking}`, found };
  } catch (error) {
    const title = 'Jobs fail: a database cannot be read';
    const unread: Found = {
      subject: 'read',
      severity: 'error',
      title,
      text: explain(error),
      stops: ['all operations'],
      causedBy: ['data-folder', 'disk-space'],
    };
    return { says: 'Not readable', found: [unread] };
  }
}

/** Worded anew in each look: a newer backup is another way back. */
export function damaged(file: string): Found {
  return {
    subject: path.basename(file),
    severity: 'error',
    title: 'Jobs fail: a database is damaged',
    text: explain({ code: 'SQLITE_CORRUPT', file }),
    stops: ['all operations'],
    runbook: 'restore',
  };
}
