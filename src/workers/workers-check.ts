// Checks that workers run, and that none is lost, stalled or given up.
import type { Check, Health, Problem } from '../core/check.ts';
import { plural } from '../core/format.ts';
import type { WorkerContext } from './parts.ts';

type Sources = Pick<WorkerContext, 'config' | 'counts' | 'workers' | 'pool'>;

export function workersCheck(sources: Sources): Check {
  return {
    name: 'workers',
    health: () => findHealth(sources),
    problem: () => findProblem(sources),
    dirtyOn: ['workers'],
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
  if (all.length > 0) return { status: 'healthy', detail: plural(all.length, 'worker') };
  if (config.mode === 'noop') return { status: 'healthy', detail: 'Noop mode: no workers run.' };
  const detail = `No worker is running; ${waiting}.`;
  return { status: total > 0 ? 'degraded' : 'healthy', detail };
}

function findProblem({ pool }: Sources): Problem | null {
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
