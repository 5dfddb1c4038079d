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

t.test('a minute is down when half of it or more is', async (t) => {
  for (const [pauseMs, down] of [
    [10 * minuteMs, 10],
    [10 * minuteMs - 1000, 9],
    [50_000, 0],
    [minuteMs, 1],
  ] as const) {
    const next = await restart(openObjectives(t), { kind: 'lost', pauseMs });
    const { good, total } = next.standings.find('up');
    t.equal(total - good, down, `${pauseMs} ms`);
  }
});

/** A run that has counted nothing, and was lost. */
function lose({ addStart, clock, ops }: TestObjectives, { livedMs = 5000, bootId = 'one' } = {}) {
  const id = addStart({ at: iso(clock.ms), boot_id: bootId });
  clock.ms += livedMs;
  ops.prepare(`UPDATE server_start SET ended_at = ?, "end" = 'lost' WHERE id = ?`).run(iso(clock.ms), id);
}

t.test('a crash loop is down from the first loss to the run that counts', async (t) => {
  const opened = openObjectives(t);
  const { clock, addStart } = opened;
  lose(opened, { livedMs: 0 });
  await opened.recorder.runOnce();
  for (let at = 0; at < 40; at++) {
    clock.ms += 15_000;
    if (at < 39) lose(opened, { livedMs: 0 });
  }
  addStart({ at: iso(clock.ms) });
  let next = opened.reopen();
  await next.recorder.runOnce();
  t.match(next.standings.find('up'), { good: 1, total: 11 });
  next = opened.reopen();
  await next.recorder.runOnce();
  t.match(next.standings.find('up'), { good: 1, total: 11 }, 'it is counted once');
});

t.test('a crash loop that is older than the minutes is counted once, too', async (t) => {
  const opened = openObjectives(t);
  const { clock, addStart } = opened;
  lose(opened);
  await opened.recorder.runOnce();
  clock.ms += 5 * 24 * hourMs - 5000;
  lose(opened);
  clock.ms += 5 * 24 * hourMs - 5000;
  addStart({ at: iso(clock.ms) });
  let next = opened.reopen();
  await next.recorder.runOnce();
  const { good, total } = next.standings.find('up');
  t.match({ good, down: total - good }, { good: 1, down: 10 * 24 * 60 });
  next = opened.reopen();
  await next.recorder.runOnce();
  t.match(next.standings.find('up'), { good, total });
});

t.test('a crash loop ends at a stop and at a run that has counted', async (t) => {
  const opened = openObjectives(t);
  const { clock, addStart, starts } = opened;
  lose(opened);
  clock.ms += hourMs;
  starts.recordStop(addStart({ at: iso(clock.ms) }), iso(clock.ms));
  clock.ms += hourMs;
  lose(opened);
  clock.ms += 10 * minuteMs;
  addStart({ at: iso(clock.ms) });
  const next = opened.reopen();
  await next.recorder.runOnce();
  const { good, total } = next.standings.find('up');
  t.equal(total - good, 10, 'nobody wanted it to run before');
});
