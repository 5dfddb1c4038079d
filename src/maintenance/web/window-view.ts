// A window as the banner, the cards and the dialogs show it. It names no time that depends on the present: the browser adds that.
import type { Blocker } from '../../jobs/lock-queue.ts';
import { url } from '../../core/url.ts';
import { holdsBack, jobOf, stateOf, type Window } from '../../window-store/window.ts';
import { levelWords } from '../../window-store/level-words.ts';
import { dayTime } from '../../web/template-globals.ts';
import { shortTime, spanOf, timeSpan } from './window-times.ts';

/** `waitsFor`: the job that a window which is starting waits for. */
export function viewWindow(window: Window, waitsFor: Blocker | null) {
  const { id, level, reason, created_by, starts_at, begun_at, ends_at } = window;
  const state = stateOf(window);
  const { name, goesOn, holds } = levelWords[level];
  return {
    id,
    level,
    state,
    holdsBack: holdsBack(level),
    reason,
    by: created_by,
    job: jobOf(window),
    name,
    title: titleOf(window),
    goesOn,
    holds,
    span: timeSpan(begun_at ?? starts_at, ends_at),
    since: shortTime(begun_at ?? starts_at, ends_at),
    starts_at,
    begun_at,
    ends_at,
    wait: state === 'starting' ? viewWait(waitsFor) : null,
    extendUrl: url(`/ui/maintenance/${id}/extend`),
    endUrl: url(`/ui/maintenance/${id}/end`),
    auditUrl: auditUrl(id),
  };
}

function titleOf(window: Window): string {
  const { level, starts_at, begun_at, ends_at } = window;
  const { effect, later } = levelWords[level];
  const until = shortTime(ends_at, begun_at ?? starts_at);
  switch (stateOf(window)) {
    case 'planned':
      return `Maintenance planned, ${timeSpan(starts_at, ends_at)}: ${later}`;
    case 'starting':
      return `Maintenance until ${until} is starting: ${effect}`;
    default:
      return `Maintenance ${jobOf(window) ? `by ${window.created_by}` : `until ${until}`}: ${effect}`;
  }
}

/** The job that a window waits for. `endsAt`: when it probably ends; null if nothing is known about its runs. */
export function viewWait(blocker: Blocker | null) {
  if (!blocker || blocker.window !== null) return { job: null, endsAt: null };
  const { number, operation, since, usual_sec } = blocker;
  const endsAt = usual_sec === null ? null : new Date(Date.parse(since) + usual_sec * 1000).toISOString();
  return { job: { number, operation }, endsAt };
}

/** A window that has ended. `wasOff`: its end came while the server was off. */
export function viewEnded(window: Window, wasOff: boolean) {
  const { id, level, reason, created_by, starts_at, begun_at } = window;
  return {
    id,
    name: levelWords[level].name,
    reason,
    by: created_by,
    from: dayTime(begun_at ?? starts_at),
    lasted: describeEnd(window, wasOff),
    drained: describeDrain(window),
    auditUrl: auditUrl(id),
  };
}

function auditUrl(id: number): string {
  return url('/audit', { target: `window:${id}` });
}

/** `42 s`: how long the jobs took to end; null for a level that does not drain, and until they have ended. */
export function describeDrain({ level, begun_at, entered_at }: Window): string | null {
  const isDrain = level === 'drained' || level === 'read_only';
  return isDrain && begun_at && entered_at ? spanOf(begun_at, entered_at) : null;
}

/** `19 of 25 min, ended by admin` */
function describeEnd({ starts_at, begun_at, ends_at, ended_at, ended_by }: Window, wasOff: boolean): string {
  const how = wasOff ? 'while the server was off' : 'by itself';
  // One that ends by itself ends at its end, even if the server notices it later.
  const isByItself = ended_at === ends_at;
  if (begun_at === null)
    return isByItself ? `never began, ended ${how}` : `cancelled by ${ended_by} before its start`;
  const [lasted, meant] = [spanOf(begun_at, ended_at ?? ends_at), spanOf(starts_at, ends_at)];
  if (isByItself) return `${meant}, ended ${how}`;
  return `${lasted === meant ? lasted : `${lasted} of ${meant}`}, ended by ${ended_by}`;
}
