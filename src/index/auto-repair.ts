// Starts a repair of the index after an import, where the flag auto-repair is on for that import: in the name of the system,
// once, and not beside a repair that waits. After an import in a maintenance window that holds jobs back it starts when that has
// ended, and after one whose end the server did not survive at the next start.
import { systemRequester } from '../core/audit.ts';
import type { JobEvent } from '../core/bus.ts';
import { AppError } from '../core/errors.ts';
import type { Kernel } from '../core/kernel.ts';
import type { FlagReader } from '../flags/flag-reader.ts';
import type { KnownFlag } from '../flags/known-flag.ts';
import type { Job } from '../jobs/job.ts';
import type { Jobs } from '../jobs/jobs.ts';
import type { JobRepository } from '../jobs/repository.ts';
import { holdsBack, isUnderWay } from '../window-store/window.ts';
import type { WindowRepository } from '../window-store/window-repository.ts';

type Given = Pick<Kernel, 'bus' | 'log' | 'now'> & {
  isOn: FlagReader['isOn'];
  flags: { find(key: string): KnownFlag };
  jobs: Pick<Jobs, 'submit'>;
  repository: Pick<JobRepository, 'active' | 'find' | 'newest'>;
  windowRepository: Pick<WindowRepository, 'open'>;
};

const flag = 'auto-repair';
const operation = 'repair';
const skipped = 'repair.skipped';
/** A repair for the same import is among the newest jobs, if there is one, as is an import that is owed one. */
const newestJobs = 50;

export function createAutoRepair(given: Given) {
  const { bus, log } = given;
  const pending = new Map<number, Promise<unknown>>();
  const onJob = (event: JobEvent) => {
    if (isImport(event)) startOnce(event);
  };
  const startOnce = ({ id, number }: Pick<JobEvent, 'id' | 'number'>) => {
    if (pending.has(number)) return;
    const attempt = startAfter(given, { id, number })
      .catch((error) =>
        log.error({ err: error, event: skipped, number }, 'no repair was started after the import'),
      )
      .finally(() => pending.delete(number));
    pending.set(number, attempt);
  };
  const startOwed = () => {
    try {
      const owed = findOwed(given);
      if (owed) startOnce(owed);
    } catch (error) {
      log.error({ err: error, event: skipped }, 'it is not known whether an import is owed a repair');
    }
  };
  bus.on('job', onJob);
  bus.on('maintenance', startOwed);

  const settled = () => Promise.all(pending.values());

  return {
    /** Starts the repair that an earlier process has left out. */
    startOwed,

    /** Resolves when each ended import is decided about. */
    settled,

    async stop() {
      bus.off('job', onJob);
      bus.off('maintenance', startOwed);
      await settled();
    },
  };
}

const isImport = (job: Pick<JobEvent, 'operation' | 'status'>) =>
  job.operation === 'import' && job.status === 'succeeded';

/** The newest import with the flag on that neither a repair nor a rebuild has followed. */
function findOwed({ flags, isOn, repository, windowRepository, now }: Given): Job | undefined {
  if (windowUnderWay({ windowRepository, now })) return undefined;
  const jobs = repository.newest(newestJobs);
  const mended = jobs.find((job) => job.operation === operation || job.operation === 'index')?.number ?? 0;
  const onSince = flags.find(flag).saved?.changed_at ?? '';
  return jobs.find(
    (job) =>
      job.number > mended &&
      isImport(job) &&
      job.args.dry_run !== true &&
      (job.finished_at ?? '') >= onSince &&
      isOn(flag, String(job.number)),
  );
}

async function startAfter(
  { isOn, jobs, log, ...given }: Given,
  { id, number }: Pick<JobEvent, 'id' | 'number'>,
) {
  const ended = given.repository.find(id);
  if (!ended || ended.args.dry_run === true || !isOn(flag, String(number))) return;
  const reason = `Import #${number} has finished, and the flag auto-repair is on.`;
  const obstacle = findObstacle(given, reason);
  if (obstacle !== null)
    return log.info({ event: skipped, number }, `no repair was started after the import: ${obstacle}`);
  try {
    await jobs.submit({ operation, args: {}, reason, whenLocked: 'wait' }, systemRequester);
  } catch (error) {
    // The refusal is in the audit log.
    if (!(error instanceof AppError)) throw error;
    log.warn({ event: skipped, number }, `no repair was started after the import: ${error.message}`);
  }
}

/** In words; null when a repair may start. */
function findObstacle(
  { repository, windowRepository, now }: Pick<Given, 'repository' | 'windowRepository' | 'now'>,
  reason: string,
) {
  const window = windowUnderWay({ windowRepository, now });
  if (window) return `maintenance is ${window.level}; it starts when that has ended`;
  const isRepair = (job: Job) => job.operation === operation;
  const waiting = repository.active().find((job) => isRepair(job) && job.status !== 'running');
  if (waiting) return `#${waiting.number} waits already`;
  const made = repository.newest(newestJobs).find((job) => isRepair(job) && job.reason === reason);
  return made ? `#${made.number} was started for it` : null;
}

const windowUnderWay = ({ windowRepository, now }: Pick<Given, 'windowRepository' | 'now'>) =>
  windowRepository.open().find((one) => holdsBack(one.level) && isUnderWay(one, now()));
