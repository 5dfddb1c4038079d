// The workers as the API and the command line show them.
import { shorten } from '../core/shorten.ts';
import { openKinds } from './paused-kinds.ts';
import type { RemoteView } from './remote-watch.ts';
import type { Drain, WorkersView } from './state.ts';

export type WorkersBody = ReturnType<typeof workersBody>;
export type DrainBody = ReturnType<typeof drainBody>;

/** `paused`: by the operator, by a drain that has ended, because a job or a maintenance window holds the library (`held_by`), or
 *  because both kinds of entries are. */
export function workersBody(
  { workers, control, pausedKinds, lock, drain }: WorkersView,
  remote: RemoteView | null,
) {
  return {
    workers: workers.map((worker) => ({
      worker_id: worker.name,
      pid: worker.pid,
      host: worker.host,
      state: worker.view,
      current:
        worker.current_id === null
          ? null
          : {
              entry: worker.current_id,
              title: worker.current_title && shorten(worker.current_title),
              since: worker.current_since,
            },
      processed: worker.processed,
      failed: worker.failed,
      rate_per_min: worker.rate_per_min,
      started_at: worker.started_at,
      heartbeat_at: worker.heartbeat_at,
      rss_bytes: worker.rss_bytes,
      started_by: worker.owner,
      paused_by: worker.paused_by,
      problem: shorten(worker.lost_reason ?? worker.outage_error ?? '') || null,
    })),
    paused: control.paused_at !== null || lock !== null || openKinds(pausedKinds).length === 0,
    paused_by: control.paused_by,
    pause_reason: control.pause_reason,
    paused_kinds: pausedKinds,
    held_by: lock,
    drain: drain && drainBody(drain),
    remote,
  };
}

/** `outcome` is null while it goes on. */
function drainBody({ id, left_over, ...drain }: Drain) {
  return { ...drain, left: left_over };
}
