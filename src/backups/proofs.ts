// Writes what restore tests have found to the rows of their backups: after each test, and at the start for those that ended
// while the server was down.
import type { Backup } from '../backup-store/backup.ts';
import type { BackupRepository } from '../backup-store/backup-repository.ts';
import { systemRequester } from '../core/audit.ts';
import type { Kernel } from '../core/kernel.ts';
import type { DrillJobs, ReportedDrill } from './drill-jobs-repository.ts';

type Given = Pick<Kernel, 'audit' | 'bus' | 'untilFree'> & {
  backups: BackupRepository;
  drillJobs: DrillJobs;
};

/** More than can end while no server is there to see it. */
const jobsRead = 50;

/** Adds what is not recorded yet, and returns how many rows have changed. The same job is never recorded twice. */
export async function recordProofs({ audit, backups, bus, drillJobs, untilFree }: Given): Promise<number> {
  const changed = await untilFree(() =>
    backups.transaction(() => {
      let count = 0;
      for (const drill of drillJobs.newest(jobsRead).reverse())
        if (record({ audit, backups, drillJobs }, drill)) count += 1;
      return count;
    }),
  );
  if (changed > 0) bus.emit('backups');
  return changed;
}

/** A test of other files with the same name, or one before the last test, proves nothing. */
function record(
  { audit, backups, drillJobs }: Pick<Given, 'audit' | 'backups' | 'drillJobs'>,
  drill: ReportedDrill,
) {
  const { number, at, facts } = drill;
  const backup = backups.find(facts.backup);
  if (!backup || backup.sha256 !== facts.sha256 || !isNews(drill, backup, drillJobs)) return false;
  const { proof, text, steps } = facts;
  backups.prove(backup.id, {
    proof,
    proof_job: number,
    proof_at: at,
    proof_text: text,
    proof_steps: steps,
  });
  audit.record({
    event: 'backup.tested',
    outcome: proof === 'failed' ? 'failed' : 'ok',
    by: systemRequester,
    target: `backup:${backup.id}`,
    detail: { job: number, text, before: { proof: backup.proof }, after: { proof } },
  });
  return true;
}

/** Whether it came after the test that is recorded. Within one history of jobs their numbers say so, whatever the clock did; after
 *  an older history was restored, the times of both. */
function isNews(
  { number, at }: ReportedDrill,
  { proof_job: last, proof_at: lastAt }: Backup,
  drillJobs: DrillJobs,
) {
  if (last === null || lastAt === null) return true;
  const end = drillJobs.endOf(last);
  return end !== null && end <= lastAt ? number > last : at > lastAt;
}
