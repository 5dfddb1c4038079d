// The time in which the server was down: after a kill, not after a stop, and not while the machine was off.
import t from 'tap';
import { hourMs, minuteMs, openObjectives, type TestObjectives } from '../support/objectives.ts';

const iso = (ms: number) => new Date(ms).toISOString();

/** A run that has counted some minutes, ended as given, and another start. */
async function restart(
  opened: TestObjectives,
  end: { kind: 'stopped' | 'lost'; pauseMs: number; otherBoot?: { afterMs: number } },
) {
  const { addStart, clock, ops, starts } = opened;
  const id = addStart({ at: iso(clock.ms) });
  for (let minute = 0; minute < 5; minute++) {
    await opened.recorder.runOnce();
    clock.ms += minuteMs;
  }
  if (end.kind === 'stopped') starts.recordStop(id, iso(clock.ms));
  else
    ops.prepare(`UPDATE server_start SET ended_at = ?, "end" = 'lost' WHERE id = ?`).run(iso(clock.ms), id);
  if (end.otherBoot) clock.bootedMs = clock.ms + end.otherBoot.afterMs;
  clock.ms += end.pauseMs;
  addStart({ at: iso(clock.ms), boot_id: end.otherBoot ? 'two' : 'one' });
  const next = opened.reopen();
  await next.recorder.runOnce();
  return next;
}

t.test('a stop of an hour leaves the value as it is', async (t) => {
  const next = await restart(openObjectives(t), { kind: 'stopped', pauseMs: hourMs });
  t.match(next.standings.find('up'), { good: 6, total: 6 });
});

t.test('a kill, and a start ten minutes later: ten minutes down', async (t) => {
  const opened = openObjectives(t);
  const next = await restart(opened, { kind: 'lost', pauseMs: 10 * minuteMs });
  const { good, total } = next.standings.find('up');
  t.equal(total - good, 10);
  const again = opened.reopen();
  await again.recorder.runOnce();
  t.match(again.standings.find('up'), { good, total }, 'it is counted once');
});

t.test('ops.db is busy at the start: the downtime is counted later', async (t) => {
  const opened = openObjectives(t);
  opened.busy.is = false;
  const { clock, busy } = opened;
  opened.addStart({ at: iso(clock.ms - 20 * minuteMs) });
  opened.ops.exec(`UPDATE server_start SET ended_at = at, "end" = 'lost'`);
  opened.addStart({ at: iso(clock.ms) });
  busy.is = true;
  await t.rejects(opened.recorder.runOnce());
  busy.is = false;
  clock.ms += minuteMs;
  await opened.recorder.runOnce();
  t.match(opened.standings.find('up'), { good: 1, total: 21 });
});

t.test('the machine was off: only the time from its boot on counts', async (t) => {
  const opened = openObjectives(t);
  const next = await restart(opened, {
    kind: 'lost',
    pauseMs: 6 * hourMs + 12 * minuteMs,
    otherBoot: { afterMs: 6 * hourMs },
  });
  const { good, total } = next.standings.find('up');
  t.equal(total - good, 12);
  const [off, ...others] = next.history().off;
  t.same(others, []);
  t.equal(Number(off?.to) - Number(off?.from), 6 * hourMs);
});

t.test('a downtime of weeks has hours, and minutes for the last three days', async (t) => {
  const opened = openObjectives(t);
  const next = await restart(opened, { kind: 'lost', pauseMs: 20 * 24 * hourMs });
  const { good, total } = next.standings.find('up');
  t.equal(total - good, 20 * 24 * 60);
  t.equal(opened.rows('up', 60).filter((row) => row.good === 0).length, 3 * 24 * 60);
  t.ok(opened.rows('up', 3600).every((row) => row.total <= 60));
});

t.test('the first start has nothing before it', async (t) => {
  const opened = openObjectives(t);
  opened.addStart({ at: iso(opened.clock.ms) });
  await opened.recorder.runOnce();
  t.match(opened.standings.find('up'), { good: 1, total: 1 });
  t.strictSame(opened.history().off, []);
});
