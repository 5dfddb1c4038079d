// States in the dialog how many entries a run embeds, how long it will take by the newest runs of this installation, and what
// it spends.
import { formatEstimate, plural } from '../core/format.ts';
import type { Workload } from '../core/operation.ts';
import { secondsBetween } from '../jobs/job-view.ts';
import type { Job } from '../jobs/job.ts';
import type { JobRepository } from '../jobs/repository.ts';
import { describeLacks, describeSpending, type EstimateSpending } from './spending.ts';

/** A finished run with its work. */
type Measured = Done & { seconds: number };
type Done = Pick<Workload, 'embeds' | 'vectors'>;

const builders = ['index', 'repair'];
const runsPerOperation = 10;

type Sources = { repository: Pick<JobRepository, 'lastSuccesses'>; spending: EstimateSpending };

/** `Embeds 441 entries and builds an index of 39,561 vectors: about 2 min, about 46,000 tokens, about €0.0009.`, and
 *  sentences about the budgets that this exceeds. */
export function describeWorkload(work: Workload, { repository, spending }: Sources): string[] {
  const runs = builders.flatMap((name) => repository.lastSuccesses(name, runsPerOperation)).flatMap(measure);
  const seconds = estimateSeconds(work, runs);
  const embeds = work.embeds > 0 ? `Embeds ${plural(work.embeds, 'entry', 'entries')}` : 'Embeds nothing';
  const time = seconds === null ? 'no run has been measured yet' : formatEstimate(seconds);
  const spent = spending(work.embeds, work.texts);
  const estimates = [time, ...(spent ? [describeSpending(spent)] : [])].join(', ');
  return [
    `${embeds} and builds an index of ${plural(work.vectors, 'vector')}: ${estimates}.`,
    ...(spent ? describeLacks(spent) : []),
  ];
}

/** Null without a comparable run: one that embedded, or for work without embedding any run. `runs`: newest first within an
 *  operation. */
export function estimateSeconds({ embeds, vectors }: Done, runs: Measured[]): number | null {
  const building = runs.filter((run) => run.embeds === 0 && run.vectors > 0);
  const perVector = median(building.map((run) => run.seconds / run.vectors)) ?? 0;
  const perEntry = median(
    runs
      .filter((run) => run.embeds > 0)
      .map((run) => Math.max(0, run.seconds - run.vectors * perVector) / run.embeds),
  );
  if (embeds > 0) return perEntry === null ? null : embeds * perEntry + vectors * perVector;
  if (building.length > 0) return vectors * perVector;
  return median(runs.map((run) => run.seconds));
}

/** Leaves out a repair that found nothing to do. */
function measure({ started_at, finished_at, result }: Job): Measured[] {
  if (!started_at || !finished_at || !result || result.repaired === 0) return [];
  const [embeds, vectors] = [Number(result.embedded), Number(result.vectors)];
  return [{ embeds, vectors, seconds: secondsBetween(started_at, finished_at) }];
}

function median(values: number[]): number | null {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}
