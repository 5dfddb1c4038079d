import { formatNumber, formatDuration, formatPercent, plural } from '../../core/format.ts';
import { builtIn } from '../../embedding/built-in.ts';
import { sumOf } from '../../embedding/queue.ts';
import { nameBlocker } from '../../jobs/name-blocker.ts';
import { shorten } from '../../core/shorten.ts';
import { openKinds } from '../paused-kinds.ts';
import { describeLeft } from '../drain-words.ts';
import type { RemoteView } from '../remote-watch.ts';
import type { Control, Drain, WorkerRow, WorkerState, WorkersView } from '../state.ts';
import type { SharedCard } from '../../web/card.ts';
import type { WorkerContext } from '../parts.ts';
import { workerBadges } from '../worker-badges.ts';

/** With more workers, those that need nothing from the reader are rows of a table. */
const fullRowsMax = 4;

/** Every worker with its state, the current drain, and the actions on all workers. */
export const workersCard = ({ config, counts, pool, remotes, workers }: WorkerContext): SharedCard => ({
  name: 'workers',
  host: 'ops-workers-card',
  path: '/ui/operations/workers',
  dirtyOn: ['workers', 'library', 'maintenance'],
  load() {
    const view = workers.view();
    const { pending: waiting } = counts.queue();
    const pending = sumOf(waiting, openKinds(view.pausedKinds));
    const gaveUp = new Set(pool.problems().map(({ name }) => name));
    const count = (...states: WorkerState[]) =>
      view.workers.filter((worker) => states.includes(worker.view)).length;
    const active = count('idle', 'working', 'draining');
    const rows = view.workers.map((worker) => viewWorker(worker, view, gaveUp.has(worker.name)));
    const isCompact = rows.length > fullRowsMax;
    return {
      rows: rows.filter(({ needsReader }) => !isCompact || needsReader),
      compact: rows.filter(({ needsReader }) => isCompact && !needsReader),
      summary: view.workers.length > 0 ? `${active} of ${view.workers.length} active` : 'None',
      all: {
        canPause: !view.control.paused_at && active + count('stalled') > 0,
        canResume: view.control.paused_at !== null || view.workers.some(({ paused_at }) => paused_at),
      },
      holds: { lock: view.lock, pause: viewPause(view.control) },
      drain: view.drain && viewDrain(view.drain, pending, waiting.total - pending),
      pending: waiting.total,
      isNoop: config.mode === 'noop',
      remote: viewRemote(remotes.view(), config),
    };
  },
});

/** A pause with a reason; null without one. */
function viewPause({ paused_at, paused_by, pause_reason }: Control) {
  return pause_reason === null ? null : { at: paused_at, by: paused_by, reason: pause_reason };
}

/** A sentence around an optional entry and time. `last`: an entry at its end, which is cut where space is short. */
type Entry = { id: string; title: string };
type Now = { lead: string; entry?: Entry; at?: string; tail: string; last?: Entry };

function viewWorker(worker: WorkerRow & { view: WorkerState }, view: WorkersView, gaveUp: boolean) {
  const isPaused = Boolean(worker.paused_at ?? view.control.paused_at);
  const isProblem = worker.view === 'lost' || worker.view === 'stalled' || worker.outage_since !== null;
  return {
    name: worker.name,
    badge: workerBadges[worker.view],
    processed: formatNumber(worker.processed),
    failed: worker.failed,
    rate: `${formatNumber(worker.rate_per_min)}/min`,
    pid: worker.pid,
    isProblem,
    /** It is in trouble, or was paused by itself. */
    needsReader: isProblem || worker.paused_at !== null,
    perMin: worker.rate_per_min > 0 ? formatNumber(worker.rate_per_min) : '–',
    now: describeActivity(worker, view, gaveUp),
    action: actionOf(worker.view, isPaused, gaveUp),
  };
}

/** The verb of the form and the label of its button; null without an action. */
function actionOf(state: WorkerState, isPaused: boolean, gaveUp: boolean) {
  if (gaveUp) return { verb: 'resume', icon: 'play', label: 'Start again' };
  if (state === 'lost') return null;
  if (isPaused) return { verb: 'resume', icon: 'play', label: 'Resume' };
  return { verb: 'pause', icon: null, label: 'Pause' };
}

function describeActivity(
  worker: WorkerRow & { view: WorkerState },
  { control, lock, pausedKinds }: WorkersView,
  gaveUp: boolean,
): Now {
  const entry = { id: worker.current_id ?? '', title: shorten(worker.current_title ?? '') };
  const since = worker.current_since ?? worker.heartbeat_at;
  switch (worker.view) {
    case 'lost':
      return {
        lead: `${worker.lost_reason} Last heartbeat`,
        at: worker.heartbeat_at,
        tail: `.${gaveUp ? '' : ' Its entries are back in the queue.'}`,
      };
    case 'stalled':
      return {
        lead: 'Embedding',
        entry,
        at: since,
        tail: ', without a result. After the same time again, the worker stops and the entry is retried.',
      };
    case 'paused':
      if (worker.paused_at) return pausedBy(worker.paused_by, worker.paused_at);
      if (control.paused_at) return pausedBy(control.paused_by, control.paused_at);
      if (lock) return { lead: `Paused for ${nameBlocker(lock)}.`, tail: '' };
      return openKinds(pausedKinds).length === 0
        ? { lead: 'Both kinds of entries are paused.', tail: ' Resume one on the queue card.' }
        : { lead: 'Paused.', tail: ' Resumes automatically.' };
    case 'idle':
      if (worker.pid === null) return { lead: 'Starting.', tail: '' };
      if (worker.outage_since) {
        return {
          lead: 'The embedding service has not answered since',
          at: worker.outage_since,
          tail: `: ${shorten(worker.outage_error ?? '')}`,
        };
      }
      return { lead: 'Waits for entries.', tail: '' };
    default:
      if (worker.state !== 'working') return { lead: 'Idle.', tail: '' };
      return { lead: 'Started', at: since, tail: ':', last: entry };
  }
}

function pausedBy(actor: string | null, at: string): Now {
  return { lead: `Paused by ${actor}`, at, tail: '. Idle.' };
}

/** `paused`: so many entries of paused kinds wait now. */
function viewDrain(drain: Drain, pending: number, paused: number) {
  const before = drain.pending_before;
  const left = drain.left_over ?? pending;
  const done = Math.max(0, before - left);
  return {
    isActive: drain.ended_at === null,
    deadlineAt: drain.deadline_at,
    left: plural(left, 'entry', 'entries'),
    before: formatNumber(before),
    done,
    total: Math.max(before, 1),
    percent: formatPercent(done, before),
    forecast: describeForecast(drain.forecast_left, drain.timeout_sec),
    outcome: describeOutcome(drain),
    paused: describePausedLeft(paused),
  };
}

/** Null without any. */
export function describePausedLeft(paused: number): string | null {
  const entries = plural(paused, 'entry of a paused kind stays', 'entries of a paused kind stay');
  return paused === 0 ? null : `${entries} in the queue.`;
}

/** `300 s will likely leave about 40 entries.` */
export function describeForecast(left: number | null, timeoutSec: number): string {
  const limit = `${formatNumber(timeoutSec)} s`;
  if (left === null) return 'No forecast yet: no entry has been embedded.';
  return left === 0
    ? `${limit} will likely be enough for all entries.`
    : `${limit} will likely leave about ${plural(left, 'entry', 'entries')}.`;
}

function describeOutcome(drain: Drain): string {
  const { outcome, started_at, ended_at, timeout_sec } = drain;
  const took = (Date.parse(ended_at ?? started_at) - Date.parse(started_at)) / 1000;
  const left = describeLeft(drain);
  if (outcome === 'drained') return `Drained in ${formatDuration(took)}: ${left} The workers are paused.`;
  return `Drain timed out after ${formatDuration(timeout_sec)}: ${left} They stay in the queue. Drain again, or resume the workers.`;
}

/** Null without a queue of remote workers. */
function viewRemote(remote: RemoteView | null, { embedding }: Pick<WorkerContext['config'], 'embedding'>) {
  if (remote === null) return null;
  const model = embedding?.model ?? builtIn.name;
  const { queue, hosts, problem } = remote;
  return {
    queue,
    problem: problem && shorten(problem),
    hosts: hosts.map((one) => ({
      /** It begins with the name of its host. */
      name: one.name,
      version: one.version,
      jobs: formatNumber(one.jobs),
      texts: formatNumber(one.texts),
      since: one.since,
      otherModel: one.model === model ? null : one.model,
    })),
    summary: hosts.length === 0 ? 'None connected' : `${formatNumber(hosts.length)} connected`,
  };
}
