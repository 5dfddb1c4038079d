// Checks that workers run, and that none is lost, stalled or given up.
import type { Check, Health, Problem } from '../core/check.ts';
import { plural } from '../core/format.ts';
import type { WorkerContext } from './parts.ts';
import type { WorkersView } from './state.ts';

type Sources = Pick<WorkerContext, 'config' | 'counts' | 'workers' | 'pool'>;

export function workersCheck(sources: Sources): Check {
  return {
    name: 'workers',
    health: () => findHealth(sources),
    problem: () => findProblem(sources),
    dirtyOn: ['workers', 'library'],
  };
}

function findHealth({ config, counts, workers, pool }: Sources): Health {
  const [problem] = pool.problems();
  if (problem) return { status: 'degraded', detail: `${problem.name}: ${problem.message}` };
  const all = workers.view().workers;
  const lost = all.filter(({ view }) => view === 'lost' || view === 'stalled');
  if (lost.length > 0) {
    return { status: 'degraded', detail: lost.map(({ name, view }) => `${name} is ${view}`).join(', ') };
  }
  const { total } = counts.queue().pending;
  const waiting = `${plural(total, 'entry is', 'entries are')} waiting`;
  const held = all.filter(({ outage_since }) => outage_since !== null);
  if (total > 0 && all.length > 0 && held.length === all.length) {
    const [{ outage_error } = { outage_error: null }] = held;
    return { status: 'degraded', detail: `No worker can embed; ${waiting}. ${outage_error ?? ''}`.trim() };
  }
  if (total > 0 && arePaused(workers.view()))
    return { status: 'degraded', detail: `The workers are paused; ${waiting}.` };
  if (all.length > 0) return { status: 'healthy', detail: plural(all.length, 'worker') };
  if (config.mode === 'noop') return { status: 'healthy', detail: 'Noop mode: no workers run.' };
  const detail = `No worker is running; ${waiting}.`;
  return { status: total > 0 ? 'degraded' : 'healthy', detail };
}

function findProblem(sources: Sources): Problem | null {
  return findGivenUp(sources) ?? findPaused(sources);
}

function findGivenUp({ pool }: Sources): Problem | null {
  const problems = pool.problems();
  const [problem] = problems;
  if (!problem) return null;
  const names = problems.map(({ name }) => name).join(', ');
  return {
    tone: 'bad',
    title: `${names} ${problems.length === 1 ? 'keeps' : 'keep'} failing to start`,
    text: `${problem.message} Fix the cause, then start again on the workers card.`,
  };
}

/** Nobody remembers the end of a drain for long, and a pause outlasts a restart. */
function findPaused({ counts, workers }: Sources): Problem | null {
  const view = workers.view();
  if (!arePaused(view) || counts.queue().pending.total === 0) return null;
  const { paused_at, paused_by, drain_id } = view.control;
  const by =
    drain_id === null ? `${paused_by ?? 'An operator'} paused them` : 'They stay paused after a drain';
  return {
    tone: 'warn',
    title: 'Entries wait: the workers are paused',
    text: `${by}, and a restart does not change that. Resume them on the Workers card, or with npm run chl -- resume.`,
    ...(paused_at === null ? {} : { since: paused_at }),
  };
}

/** By an operator or a drain, and not only for the time of a job. */
function arePaused({ workers, control }: WorkersView): boolean {
  const answering = workers.filter(({ lost_at }) => lost_at === null);
  if (answering.length === 0) return false;
  return control.paused_at !== null || answering.every(({ paused_at }) => paused_at !== null);
}
