// What will make something fail, or already does: each with its consequence, cause and scope, and the next step. Words
// change only when the condition does, so no exact sizes and no time of looking.
import path from 'node:path';
import { isTerminal } from '../../jobs/job.ts';
import { lowDiskBytes, reserveBytes } from '../../core/disk-reserve.ts';
import type { OwnProblem } from '../../operations/custom-file.ts';
import { bytes, count, percent, plural } from '../../core/format.ts';
import { viewQueue } from '../../queue/queue-view.ts';
import type { Services } from '../../web/services.ts';

/** `since`: when it began, ISO 8601. */
export type Problem = {
  tone: 'warn' | 'bad';
  title: string;
  text: string;
  since?: string;
  action?: { href: string; label: string };
};

/** An index that lacks fewer entries, or a smaller share, is the usual state between two rebuilds. */
const leastBehind = 10;
const leastBehindShare = 0.1;
const rebuild = { href: '/ui/operations/index/confirm', label: 'Rebuild index…' };

/** The worst first. */
export async function findProblems(services: Services): Promise<Problem[]> {
  const problems = [
    findDiskProblem(services),
    await findEmbedderProblem(services),
    findWorkerProblem(services),
    findIndexProblem(services),
    findOwnProblem(services),
  ];
  return problems
    .filter((problem) => problem !== null)
    .sort((one, other) => Number(other.tone === 'bad') - Number(one.tone === 'bad'));
}

function findDiskProblem({ telemetry }: Services): Problem | null {
  const free = telemetry.latest()?.disk_free_bytes ?? null;
  if (free === null || free >= lowDiskBytes) return null;
  if (free < reserveBytes) {
    return {
      tone: 'bad',
      title: 'No new job is started: the disk is full',
      text: `The disk of the data folder has less than ${bytes(reserveBytes)} left, which running jobs need to end. Free some space, then start the job again.`,
    };
  }
  return {
    tone: 'warn',
    title: 'Jobs will soon be refused: the disk is nearly full',
    text: `The disk of the data folder has less than ${bytes(lowDiskBytes)} left; below ${bytes(reserveBytes)} no new job is started. Free some space.`,
  };
}

/** Nothing fails by it, so it is a problem only while entries wait. */
async function findEmbedderProblem(services: Services): Promise<Problem | null> {
  const { outage, pending } = await viewQueue(services);
  if (!outage || pending.total === 0) return null;
  return {
    tone: 'bad',
    title: 'Nothing is embedded: the embedding service does not answer',
    text: `${outage.message} Entries wait and are tried again by themselves.`,
    since: outage.since,
  };
}

function findWorkerProblem({ pool }: Services): Problem | null {
  const problems = pool.problems();
  const [problem] = problems;
  if (!problem) return null;
  const names = problems.map(({ name }) => name).join(', ');
  return {
    tone: 'bad',
    title: `${names} ${problems.length === 1 ? 'is' : 'are'} not started any more`,
    text: `${problem.message} Mend the cause, then start again on the workers card.`,
  };
}

/** Nothing is said while a rebuild waits or runs: its card tells. */
function findIndexProblem({ liveIndex, repository }: Services): Problem | null {
  const { state, problem, entries, missing, stale } = liveIndex.truth();
  const behind = missing + stale;
  if (state === 'broken') {
    return {
      tone: 'bad',
      title: 'Search is not available',
      text: `${problem ?? 'The index files cannot be used.'} Rebuild the index.`,
      action: rebuild,
    };
  }
  const last = repository.lastOf('index');
  if (behind < leastBehind || behind < entries * leastBehindShare || (last && !isTerminal(last.status)))
    return null;
  if (state === 'none') {
    return {
      tone: 'warn',
      title: 'Search finds nothing: there is no index yet',
      text: `The library has ${plural(entries, 'entry', 'entries')}. Rebuild the index to search them.`,
      action: rebuild,
    };
  }
  return {
    tone: 'warn',
    title: `Search misses ${percent(behind, entries)} of the library`,
    text: `${count(behind)} of ${plural(entries, 'entry', 'entries')} are not in the index as they are now. Rebuild the index to search them.`,
    action: rebuild,
  };
}

function findOwnProblem({ config, ownOperations }: Services): Problem | null {
  const problems = ownOperations.problems();
  const [problem] = problems;
  if (!problem) return null;
  return {
    tone: 'warn',
    title: wordLeftOut(problems),
    text: `${path.basename(config.operationsFile)}, line ${problem.line}, column ${problem.column}: ${problem.message}`,
  };
}

function wordLeftOut(problems: OwnProblem[]): string {
  if (problems.some((problem) => problem.entryLine === null)) return 'Your own operations cannot be read';
  const entries = new Set(problems.map((problem) => problem.entryLine)).size;
  return `${plural(entries, 'of your own operations is', 'of your own operations are')} left out`;
}
