// A search of many rows ends in time, says where it stopped, and goes on from there.
import '../support/plain-children.ts';
import t from 'tap';
import { createAuditRepository } from '../../src/audit/audit-repository.ts';
import { createTrail } from '../../src/audit/trail.ts';
import { startApp } from '../support/app.ts';
import { addRow } from '../support/audit.ts';

t.test('a search in slices finds each row once, upwards and downwards', async (t) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  app.ops.transaction(() => {
    for (let at = 0; at < 3000; at++) addRow(app, { reason: at % 500 === 0 ? 'needle' : 'hay' });
  })();
  const repository = createAuditRepository(app.ops);
  const hasty = createTrail(repository, { sliceMs: 0, maxMs: -1, first: 100, min: 100 });
  const stopped = await hasty.page({ words: ['needle'] }, 50);
  t.match(stopped, { rows: [], hasOlder: true, searchedTo: repository.newestId() + 1 }, 'there was no time');
  const slow = createTrail(repository, { sliceMs: 0, maxMs: 0, first: 400, min: 400 });
  const found: number[] = [];
  let before: number | undefined;
  let stops = 0;
  for (;;) {
    const { rows, hasOlder, searchedTo } = await slow.page({ words: ['needle'] }, 2, { before });
    found.push(...rows.map(({ id }) => id));
    if (!hasOlder) break;
    if (searchedTo !== null) stops += 1;
    before = searchedTo ?? rows.at(-1)?.id;
  }
  const ids = app.ops.prepare(`SELECT id FROM audit WHERE reason = 'needle' ORDER BY id DESC`).pluck().all();
  t.equal(ids.length, 6);
  t.strictSame(found, ids);
  t.ok(stops > 3, `it stopped ${stops} times`);
  const up = await createTrail(repository, { sliceMs: 5, maxMs: 1000, first: 100, min: 100 }).page(
    { words: ['needle'] },
    3,
    { after: Number(ids[4]) },
  );
  t.strictSame(
    up.rows.map(({ id }) => id),
    ids.slice(1, 4),
  );
  t.equal(up.hasNewer, true);
});

t.test('a time is found by its row', async (t) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  const repository = createAuditRepository(app.ops);
  const last = repository.newestId();
  const insert = app.ops.prepare(
    `INSERT INTO audit (at, actor, event, outcome) VALUES (?, 'a', 'x.y', 'ok')`,
  );
  const at = (minute: number) => new Date(Date.UTC(2100, 0, 1, 0, minute)).toISOString();
  for (let minute = 0; minute < 100; minute++) insert.run(at(Math.floor(minute / 2)));
  t.equal(repository.firstIdAt(at(0)), last + 1);
  t.equal(repository.firstIdAt(at(10)), last + 21);
  t.equal(repository.firstIdAt('1970-01-01T00:00:00.000Z'), 1);
  t.equal(repository.firstIdAt(at(1000)), last + 101);
});
