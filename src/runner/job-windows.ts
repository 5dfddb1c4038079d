// The maintenance window of a job whose operation declares one. It opens in the transaction in which the job starts, in the name
// of the job, and ends in the one in which the job ends, also when that is the recovery of the next start. The claims of the
// job are those of the window, so the job waits in the lock queue until nothing else runs.
import { systemRequester } from '../core/audit.ts';
import type { Kernel } from '../core/kernel.ts';
import { jobActor } from '../core/own-actors.ts';
import { limitsOf } from '../core/settings/operation-limits.ts';
import { shorten } from '../core/shorten.ts';
import type { Job } from '../jobs/job.ts';
import type { JobRepository } from '../jobs/repository.ts';
import type { WindowClaims } from '../jobs/window-claims.ts';
import { holdsBack, jobOf } from '../window-store/window.ts';
import type { WindowRepository } from '../window-store/window-repository.ts';

type Given = Pick<Kernel, 'bus' | 'catalogue' | 'config' | 'now'> & {
  repository: Pick<JobRepository, 'onAttempt'>;
  windows: Pick<WindowRepository, 'insert' | 'open'>;
  windowClaims: Pick<WindowClaims, 'begin' | 'end'>;
};

/** `shorten` adds the length of a longer text. */
const reasonMaxLength = 150;

export function keepJobWindows(given: Given) {
  const { bus, repository } = given;
  // The bus tells of a change after its commit.
  const emit = () => queueMicrotask(() => bus.emit('maintenance'));
  repository.onAttempt(
    (job) => {
      if (open(given, job)) emit();
    },
    (job) => {
      if (end(given, job)) emit();
    },
  );
}

/** A job that overrides the window of a person runs in that one. */
function open({ catalogue, config, now, windows, windowClaims }: Given, job: Job): boolean {
  const operation = catalogue.find(job.operation);
  const level = operation?.window?.(job.args) ?? null;
  if (!operation || level === null) return false;
  if (windows.open().some((window) => window.begun_at !== null && holdsBack(window.level))) return false;
  const at = now().getTime();
  const { hardMs } = limitsOf(operation, config);
  const window = windows.insert({
    level,
    reason: shorten(`${operation.title}: ${operation.subject(job.args)}`, reasonMaxLength),
    starts_at: new Date(at).toISOString(),
    ends_at: new Date(at + hardMs + config.killGraceMs).toISOString(),
    created_by: jobActor(job.number),
    created_at: new Date(at).toISOString(),
  });
  return windowClaims.begin(window.id, { job: job.number }) !== null;
}

function end({ catalogue, now, windows, windowClaims }: Given, job: Job): boolean {
  if (!catalogue.find(job.operation)?.window) return false;
  const own = windows.open().filter((window) => jobOf(window) === job.number);
  const by = { ...systemRequester, actor: jobActor(job.number) };
  for (const { id } of own)
    windowClaims.end(id, { at: now().toISOString(), by, detail: { job: job.number, status: job.status } });
  return own.length > 0;
}
