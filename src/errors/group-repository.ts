// Reads the groups of errors in ops.db, and writes the decisions of people on them.
import { type Db, prepareAll, prepareOnce } from '../core/db/open.ts';
import { containing, like } from '../core/db/word-search.ts';
import type { Group, GroupState, GroupView, Sample } from './group.ts';

/** `newSince`: first seen since then. `successes`: first seen after the last success of their operation, by name. */
export type GroupFilter = {
  state: GroupState | null;
  isBack: boolean;
  newSince: string | null;
  successes: Record<string, string> | null;
  source: string | null;
  words: string[];
};

/** `times`: of all groups together. `changed_at`: of the newest decision. */
export type Tally = Record<GroupView, number> & { times: number; changed_at: string | null };

export type GroupCursor = { lastAt: string; id: number };

export type GroupRepository = ReturnType<typeof createGroupRepository>;

const columns = `id, fingerprint, title, source, code, place, frame, line, first_at, last_at, times, first_version, state,
  changed_at, changed_by, resolved_version, came_back_at`;

/** `successes`: a JSON object with the time of the last success of each operation. */
const isSinceSuccess = `source = 'job'
  AND EXISTS (SELECT 1 FROM json_each(@successes) WHERE key = place AND value < first_at)`;

const sql = {
  find: `SELECT ${columns}, sample FROM error_group WHERE id = ?`,
  byFingerprint: `SELECT ${columns} FROM error_group WHERE fingerprint = ?`,
  /** Whatever is decided, it has not come back since. */
  decide: `
    UPDATE error_group SET state = @state, changed_at = @at, changed_by = @by, came_back_at = NULL,
      resolved_version = CASE @state WHEN 'resolved' THEN @version ELSE resolved_version END
    WHERE id = @id RETURNING ${columns}
  `,
  tally: `
    SELECT count(*) AS "all", coalesce(sum(times), 0) AS times, max(changed_at) AS changed_at,
      count(*) FILTER (WHERE state = 'open') AS open,
      count(*) FILTER (WHERE state = 'open' AND came_back_at IS NOT NULL) AS back,
      count(*) FILTER (WHERE state = 'open' AND first_at >= @newSince) AS new,
      count(*) FILTER (WHERE state = 'open' AND ${isSinceSuccess}) AS "since-success",
      count(*) FILTER (WHERE state = 'resolved') AS resolved,
      count(*) FILTER (WHERE state = 'muted') AS muted
    FROM error_group
  `,
  operations: `SELECT DISTINCT place FROM error_group WHERE source = 'job'`,
  hoursOf: `
    SELECT group_id, hour, times FROM error_hour WHERE group_id IN (SELECT value FROM json_each(?)) AND hour >= ?
  `,
  timesOfOpen: `
    SELECT coalesce(sum(error_hour.times), 0) AS times FROM error_hour JOIN error_group ON error_group.id = group_id
    WHERE hour >= ? AND state = 'open'
  `,
};

type HourRow = { group_id: number; hour: string; times: number };

export function createGroupRepository(ops: Db) {
  const statements = prepareAll(ops, sql);
  const prepare = prepareOnce(ops);

  return {
    transaction: <T>(work: () => T): T => ops.transaction(work).immediate(),

    find(id: number): (Group & { sample: Sample }) | null {
      const row = statements.find.get(id) as (Group & { sample: string }) | undefined;
      return row ? { ...row, sample: JSON.parse(row.sample) } : null;
    },

    findByFingerprint: (fingerprint: string) =>
      statements.byFingerprint.get(fingerprint) as Group | undefined,

    /** Part of a transaction of its caller. */
    decide: (id: number, state: GroupState, given: { at: string; by: string; version: string }): Group =>
      statements.decide.get({ id, state, ...given }) as Group,

    /** The group that was seen last first. */
    list(filter: GroupFilter, limit: number, before: GroupCursor | null): Group[] {
      const { where, values } = conditions(filter);
      const below = before === null ? '' : 'AND (last_at, id) < (@lastAt, @id)';
      const text = `SELECT ${columns} FROM error_group WHERE ${where} ${below} ORDER BY last_at DESC, id DESC LIMIT @limit`;
      return prepare(text).all({ ...values, ...before, limit }) as Group[];
    },

    /** The numbers of groups by view, in one pass. */
    tally(newSince: string | null, successes: Record<string, string>): Tally {
      const given = { newSince: newSince ?? '9999', successes: JSON.stringify(successes) };
      return statements.tally.get(given) as Tally;
    },

    /** The operations whose jobs have groups. */
    operations: () => statements.operations.pluck().all() as string[],

    /** Times by hour since that hour, by group. */
    hoursOf(ids: number[], since: string): Map<number, Map<string, number>> {
      const rows = statements.hoursOf.all(JSON.stringify(ids), since) as HourRow[];
      const byGroup = new Map(ids.map((id) => [id, new Map<string, number>()]));
      for (const { group_id, hour, times } of rows) byGroup.get(group_id)?.set(hour, times);
      return byGroup;
    },

    /** The sightings of open groups since that hour. */
    timesOfOpen: (since: string) => (statements.timesOfOpen.get(since) as { times: number }).times,
  };
}

function conditions({ state, isBack, newSince, successes, source, words }: GroupFilter) {
  const where = ['1'];
  if (state !== null) where.push('state = @state');
  if (isBack) where.push('came_back_at IS NOT NULL');
  if (newSince !== null) where.push('first_at >= @newSince');
  if (successes !== null) where.push(isSinceSuccess);
  if (source !== null) where.push('source = @source');
  const values: Record<string, unknown> = { state, newSince, source, successes: JSON.stringify(successes) };
  for (const [at, word] of words.entries()) {
    values[`word${at}`] = containing(word);
    const parts = ['title', 'code', 'place', 'frame'].map((column) => like(column, `word${at}`));
    where.push(`(${parts.join(' OR ')})`);
  }
  return { where: where.join(' AND '), values };
}
