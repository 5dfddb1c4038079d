// Checks that workers run, and that none is lost, stalled, given up, or paused while entries wait.
import type { Check, Found } from '../core/check.ts';
import { lowerFirst, plural } from '../core/format.ts';
import { type QueueCounts, sumOf } from '../embedding/queue.ts';
import { type Kind, kinds } from '../library/content.ts';
import type { WorkerContext } from './parts.ts';
import { describePausedKinds, type KindPause, kindTitles, openKinds, pausedAmong } from './paused-kinds.ts';
import type { WorkersView } from './state.ts';

type Sources = Pick<WorkerContext, 'config' | 'counts' | 'workers' | 'pool'>;

const stops = ['embedding'];
const runbook = 'queue-stands-still';

export const workersHead = { id: 'workers', component: 'workers', title: 'Workers' };

export function workersCheck(sources: Sources): Check {
  return {
    ...workersHead,
    everySec: 10,
    dirtyOn: ['workers', 'library'],
    look() {
      const { pending } = sources.counts.queue();
      const { total } = pending;
      const view = sources.workers.view();
      const found = [
        findGivenUp(sources),
        ...findSilent(view),
        total > 0 ? (findPaused(view) ?? findNone(sources, view)) : null,
        findPausedKinds(view, pending),
      ];
      return { says: describe(sources, view), found: found.filter((one) => one !== null) };
    },
  };
}

function describe({ config }: Sources, { workers }: WorkersView): string {
  if (workers.length > 0) return plural(workers.length, 'worker');
  return config.mode === 'noop' ? 'Noop mode: no workers run.' : 'No worker is running.';
}

function findGivenUp({ pool }: Sources): Found | null {
  const problems = pool.problems();
  const [problem] = problems;
  if (!problem) return null;
  const names = problems.map(({ name }) => name).join(', ');
  return {
    subject: 'start',
    severity: 'error',
    title: `${names} ${problems.length === 1 ? 'keeps' : 'keep'} failing to start`,
    text: `${problem.message} Fix the cause, then start again on the workers card.`,
    stops,
    runbook,
  };
}

/** The card of the workers says what happened to each, and the next step. */
function findSilent({ workers }: WorkersView): Found[] {
  return workers
    .filter(({ view }) => view === 'lost' || view === 'stalled')
    .map(({ name, view }) => ({
      subject: name,
      severity: 'warning',
      title: `${name} is ${view}`,
      text:
        view === 'lost'
          ? 'It stopped sending heartbeats; its entries are back in the queue. The Workers card has the next step.'
          : 'It is still working on one entry. If it gives no result, it stops and the entry is retried.',
      stops,
      runbook,
    }));
}

/** Nobody remembers the end of a drain for long, and a pause outlasts a restart. */
function findPaused(view: WorkersView): Found | null {
  if (!arePaused(view)) return null;
  const { paused_at } = view.control;
  return {
    subject: 'paused',
    severity: 'warning',
    title: 'Entries wait: the workers are paused',
    text: `${describePause(view.control)} Resume them on the Workers card, or with npm run chl -- resume.`,
    stops,
    runbook,
    ...(paused_at === null ? {} : { since: paused_at }),
  };
}

/** A kind is paused for all workers, also for one that starts later. */
function findPausedKinds({ pausedKinds }: WorkersView, pending: QueueCounts['pending']): Found | null {
  const waiting = kinds.filter((kind) => sumOf(pending, [kind]) > 0);
  const paused = pausedAmong(waiting, pausedKinds);
  const words = describePausedKinds(paused);
  if (words === null) return null;
  const pauses = kinds.flatMap((kind) => (paused[kind] ? [[kind, paused[kind]] as const] : []));
  const since = pauses[0]?.[1].at;
  return {
    subject: 'kinds',
    severity: openKinds(pausedKinds).length === 0 ? 'warning' : 'info',
    title: `Entries wait: ${lowerFirst(words)}`,
    text: `${pauses.map(describeKindPause).join(' ')} Resume them on the queue card, or with npm run chl -- resume --kind.`,
    stops: openKinds(pausedKinds).length === 0 ? stops : [],
    runbook,
    ...(since === undefined ? {} : { since }),
  };
}

function describeKindPause([kind, { by, reason }]: readonly [Kind, KindPause]): string {
  const paused = `${kindTitles[kind]}: ${by} paused them`;
  return reason === null ? `${paused}.` : `${paused}: ${reason.replace(/[^.!?]$/, '$&.')}`;
}

function describePause({ paused_by, pause_reason, drain_id }: WorkersView['control']): string {
  const lasts = 'a restart does not change that.';
  if (drain_id !== null) return `They stay paused after a drain, and ${lasts}`;
  const by = `${paused_by ?? 'An operator'} paused them`;
  return pause_reason === null ? `${by}, and ${lasts}` : `${by}, and ${lasts} The reason: ${pause_reason}`;
}

/** Worth knowing only: entries may wait for a rebuild of the index in place of workers. */
function findNone({ config }: Sources, { workers }: WorkersView): Found | null {
  if (workers.length > 0 || config.mode === 'noop') return null;
  return {
    subject: 'none',
    severity: 'info',
    title: 'No worker is running',
    text: 'Entries are waiting. Start a worker with npm run worker, or rebuild the index.',
    stops: [],
    runbook,
  };
}

/** By an operator or a drain, and not only for the time of a job. */
function arePaused({ workers, control }: WorkersView): boolean {
  const answering = workers.filter(({ lost_at }) => lost_at === null);
  if (answering.length === 0) return false;
  return control.paused_at !== null || answering.every(({ paused_at }) => paused_at !== null);
}
