// Counts the errors in ops.db, and removes groups that are too old or too many.
import { type Db, prepareAll, withoutSync } from '../core/db/open.ts';
import { type Gathered, newestOf } from './gathering.ts';
import { hourOf, type Sample } from './group.ts';

export type CountRepository = ReturnType<typeof createCountRepository>;

export type FailedJob = { id: string; number: number };

const maxGroups = 5000;
const keptHoursMs = 35 * 24 * 3_600_000;

const isSeenSince = `state = 'resolved' AND excluded.last_at >= coalesce(changed_at, '')`;

const sql = {
  sampleOf: 'SELECT sample FROM error_group WHERE fingerprint = ?',
  /** One that was resolved is open again if it was seen since; a muted one stays muted. */
  put: `
    INSERT INTO error_group (fingerprint, title, source, code, place, frame, line, first_at, last_at, times, first_version,
      state, sample)
    VALUES (@fingerprint, @title, @source, @code, @place, @frame, @line, @firstAt, @lastAt, @times, @version, 'open', @sample)
    ON CONFLICT (fingerprint) DO UPDATE SET last_at = max(last_at, excluded.last_at), times = times + excluded.times,
      came_back_at = CASE WHEN ${isSeenSince} THEN excluded.last_at ELSE came_back_at END,
      state = CASE WHEN ${isSeenSince} THEN 'open' ELSE state END, sample = excluded.sample
    RETURNING id
  `,
  addHour: `
    INSERT INTO error_hour (group_id, hour, times) VALUES (?, ?, ?)
    ON CONFLICT (group_id, hour) DO UPDATE SET times = times + excluded.times
  `,
  count: 'SELECT count(*) AS groups FROM error_group',
  /** The oldest resolved ones first, then the oldest open ones. A flood must not undo that people have muted others. */
  superfluous: `
    SELECT id FROM error_group ORDER BY CASE state WHEN 'resolved' THEN 0 WHEN 'open' THEN 1 ELSE 2 END, last_at, id LIMIT ?
  `,
  removeGroup: 'DELETE FROM error_group WHERE id = ?',
  removeHours: 'DELETE FROM error_hour WHERE group_id = ?',
  /** Those that a group names among its newest jobs were counted. */
  uncounted: `
    WITH counted AS MATERIALIZED (SELECT max(last_at) AS at FROM error_group WHERE source = 'job')
    SELECT id, number FROM job
    WHERE status = 'failed' AND finished_at >= coalesce((SELECT at FROM counted), @since) AND number NOT IN (
      SELECT value FROM error_group, json_each(sample, '$.jobs')
      WHERE source = 'job' AND last_at = (SELECT at FROM counted)
    )
    ORDER BY finished_at DESC LIMIT @limit
  `,
  removeOldHours: 'DELETE FROM error_hour WHERE hour < ?',
};

export function createCountRepository(ops: Db) {
  const statements = prepareAll(ops, sql);

  return {
    /** In one transaction, which does not wait for the disk. */
    add(gathered: Gathered[], version: string) {
      const write = ops.transaction(() => {
        for (const group of gathered) addGroup(group, version);
        removeSuperfluous();
      });
      withoutSync(ops, () => write.immediate());
    },

    /** The newest jobs that failed after the last counted one, the oldest first; after `since` if none was ever counted. */
    uncountedJobs: (since: string | null, limit: number): FailedJob[] =>
      (statements.uncounted.all({ since, limit }) as FailedJob[]).reverse(),

    /** Removes the counts of hours that nobody looks at any more. */
    removeOldHours: (now: Date) =>
      void statements.removeOldHours.run(hourOf(new Date(now.getTime() - keptHoursMs))),
  };

  function addGroup(gathered: Gathered, version: string) {
    const { fingerprint, first, newest, times, hours } = gathered;
    const { source, code, place, frame, line, title } = first;
    const { id } = statements.put.get({
      ...{ fingerprint, title, source, code, place, frame, line, times, version },
      firstAt: first.at.toISOString(),
      lastAt: newest.at.toISOString(),
      sample: JSON.stringify(sampleOf(gathered, version)),
    }) as { id: number };
    for (const [hour, seen] of hours) statements.addHour.run(id, hour, seen);
  }

  function sampleOf({ fingerprint, newest, jobs, requests }: Gathered, version: string): Sample {
    const stored = statements.sampleOf.get(fingerprint) as { sample: string } | undefined;
    const before: Partial<Sample> = stored ? JSON.parse(stored.sample) : {};
    const { at, text, worker, entry } = newest;
    const seenIn = {
      jobs: newestOf(before.jobs ?? [], jobs),
      requests: newestOf(before.requests ?? [], requests),
    };
    return { at: at.toISOString(), text, version, worker, entry, ...seenIn };
  }

  function removeSuperfluous() {
    const { groups } = statements.count.get() as { groups: number };
    if (groups <= maxGroups) return;
    for (const { id } of statements.superfluous.all(groups - maxGroups) as { id: number }[]) {
      statements.removeHours.run(id);
      statements.removeGroup.run(id);
    }
  }
}
