// Starts a repair of the index after an import, where the flag auto-repair is on for that import: in the name of the system,
// once, and not beside a repair that waits or in a maintenance window that holds jobs back.
import { systemRequester } from '../core/audit.ts';
import type { JobEvent } from '../core/bus.ts';
import { AppError } from '../core/errors.ts';
import type { Kernel } from '../core/kernel.ts';
import type { Job } from '../jobs/job.ts';
import type { Jobs } from '../jobs/jobs.ts';
import type { JobRepository } from '../jobs/repository.ts';
import { holdsBack, isUnderWay } from '../window-store/window.ts';
import type { WindowRepository } from '../window-store/window-repository.ts';

type Given = Pick<Kernel, 'bus' | 'log' | 'now'> & {
  isOn: (key: string, unit: string) => boolean;
  jobs: Pick<Jobs, 'submit'>;
  repository: Pick<JobRepository, 'active' | 'find' | 'newest'>;
  windowRepository: Pick<WindowRepository, 'open'>;
};

const operation = 'repair';
const skipped = 'repair.skipped';
/** A repair for the same import is among the newest jobs, if there is one. */
const newestJobs = 50;

export function createAutoRepair(given: Given) {
  const { bus, log } = given;
  const pending = new Map<number, Promise<unknown>>();
  const onJob = (event: JobEvent) => {
    const { number } = event;
    if (event.status !== 'succeeded' || event.operation !== 'import' || pending.has(number)) return;
    const attempt = startAfter(given, event)
      .catch((error) =>
        log.error({ err: error, event: skipped, number }, 'no repair was started after the import'),
      )
      .finally(() => pending.delete(number));
    pending.set(number, attempt);
  };
  bus.on('job', onJob);

  const settled = () => Promise.all(pending.values());

  return {
    /** Resolves when each ended import is decided about. */
    settled,

    async stop() {
      bus.off('job', onJob);
      await settled();
    },
  };
}

async function startAfter({ isOn, jobs, log, ...given }: Given, { id, number }: JobEvent) {
  const ended = given.repository.find(id);
  if (!ended || ended.args.dry_run === true || !isOn('auto-repair', String(number))) return;
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
  const window = windowRepository.open().find((one) => holdsBack(one.level) && isUnderWay(one, now()));
  if (window) return `maintenance is ${window.level}`;
  const isRepair = (job: Job) => job.operation === operation;
  const waiting = repository.active().find((job) => isRepair(job) && job.status !== 'running');
  if (waiting) return `#${waiting.number} waits already`;
  const made = repository.newest(newestJobs).find((job) => isRepair(job) && job.reason === reason);
  return made ? `#${made.number} was started for it` : null;
}
