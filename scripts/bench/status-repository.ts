// Statements for the bench of the status: incidents with their timelines, and tallies of objectives until now.
import type { Db } from '../../src/core/db/open.ts';

/** `minutesSec` and `hoursSec`: how far the tallies go back. */
export type Filled = { incidents: number; names: readonly string[]; minutesSec: number; hoursSec: number };

export function insertStatus(ops: Db, { incidents, names, minutesSec, hoursSec }: Filled) {
  insertIncidents(ops, incidents);
  const insert = ops.prepare(
    `WITH RECURSIVE at_n (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM at_n WHERE n < @count - 1)
      INSERT INTO objective_tally (name, span, at, good, total)
      SELECT @name, @span, (unixepoch() / @span - n) * @span, @span / 60 - (n % 97 = 0), @span / 60 FROM at_n`,
  );
  for (const name of names)
    for (const [span, seconds] of [
      [60, minutesSec],
      [3600, hoursSec],
    ] as const)
      insert.run({ name, span, count: seconds / span });
}

/** One an hour until now, one in a hundred open, each with four entries. */
function insertIncidents(ops: Db, incidents: number) {
  ops
    .prepare(
      `WITH RECURSIVE at_n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM at_n WHERE n < @incidents)
        INSERT INTO incident (title, severity, status, summary, services, tags, owner, source, source_ref, opened_at,
          opened_by, mitigated_at, closed_at, due_at, resolution)
        SELECT iif(n % 3, 'The disk is nearly full ', 'Searches fail ') || n, n % 4 + 1,
          CASE WHEN n % 100 = 0 THEN 'open' WHEN n % 100 = 50 THEN 'mitigated' ELSE 'closed' END,
          'It was seen on the page of checks.', '["search"]', '["night"]', iif(n % 5, NULL, 'ada'),
          iif(n % 2, 'hand', 'finding'), iif(n % 2, NULL, 'finding:' || n), at, 'system', iif(n % 100, at, NULL),
          iif(n % 100 IN (0, 50), NULL, at), at, iif(n % 100 IN (0, 50), NULL, 'Old backups were removed.')
        FROM (SELECT n, strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-' || (@incidents - n) || ' hours') AS at FROM at_n)`,
    )
    .run({ incidents });
  ops.exec(
    `WITH entry (seq, kind, text) AS (VALUES (1, 'status', 'Opened.'), (2, 'note', 'Looking at it.'),
        (3, 'severity', 'It is worse.'), (4, 'status', 'Mitigated.'))
      INSERT INTO incident_entry (incident, seq, at, actor, kind, text)
      SELECT number, seq, opened_at, 'ada', kind, text FROM incident, entry`,
  );
}
