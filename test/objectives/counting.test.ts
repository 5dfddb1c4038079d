// The counts of the objectives: which requests, jobs and minutes count, and how they are stored.
import t from 'tap';
import type { FailureCode, Job } from '../../src/jobs/job.ts';
import { countJob } from '../../src/objectives/count-job.ts';
import { countRequest } from '../../src/objectives/count-request.ts';
import { answered, hourMs, minuteMs, openObjectives } from '../support/objectives.ts';

const thresholds = { fastMs: 200, searchMs: 300 };

t.test('which requests count for which objective', async (t) => {
  const cases: [string, Parameters<typeof answered>[0], object][] = [
    ['a page', {}, { answers: true, fast: true }],
    ['a page at the threshold', { ms: 200 }, { answers: true, fast: true }],
    ['a slow page', { ms: 200.001 }, { answers: true, fast: false }],
    ['an action', { method: 'POST', ms: 900 }, { answers: true }],
    ['a failure', { status: 500, code: 'internal' }, { answers: false }],
    ['a refusal', { status: 404, code: 'not_found', ms: 900 }, { answers: true }],
    ['a file of the program', { route: '/assets/1/*', ms: 900 }, { answers: true }],
    ['a stream', { kind: 'stream', ms: 9e6 }, {}],
    ['a download', { kind: 'transfer', ms: 9e6, status: 500 }, {}],
    ['a refusal by maintenance', { status: 503, code: 'maintenance' }, {}],
    ['a refusal by a stop', { status: 503, code: 'stopping' }, {}],
    ['a busy database', { status: 503, code: 'temporary' }, { answers: false }],
    ['one that was left', { status: 499, ms: 900 }, {}],
    [
      'a search',
      { route: '/api/v1/search', address: '/api/v1/search?q=a', ms: 250 },
      { answers: true, fast: false, search: true },
    ],
    [
      'a slow search on the page',
      { route: '/library', address: '/library?q=a&kind=', ms: 301 },
      { answers: true, fast: false, search: false },
    ],
    [
      'the page without a search',
      { route: '/library', address: '/library?q=' },
      { answers: true, fast: true },
    ],
    [
      'a failed search',
      { route: '/api/v1/search', address: '/api/v1/search?q=a', status: 503, code: 'temporary' },
      { answers: false, search: false },
    ],
    [
      'a refused search',
      { route: '/api/v1/search', address: '/api/v1/search?q=a', status: 422, code: 'invalid_arguments' },
      { answers: true },
    ],
  ];
  for (const [name, given, counts] of cases)
    t.strictSame(countRequest(answered(given), thresholds), counts, name);
});

t.test('which jobs count', async (t) => {
  const failed = (code: FailureCode): Pick<Job, 'status' | 'failure' | 'mode'> => ({
    status: 'failed',
    mode: 'scripts',
    failure: { code, message: '', detail: null, stderr_tail: null },
  });
  for (const code of ['exited', 'spawn_failed', 'signalled', 'timed_out', 'bad_output', 'lost'] as const)
    t.equal(countJob(failed(code)), false, code);
  for (const code of ['bad_input', 'shutdown'] as const) t.equal(countJob(failed(code)), null, code);
  t.equal(countJob({ status: 'cancelled', failure: null, mode: 'scripts' }), null);
  t.equal(countJob({ status: 'succeeded', failure: null, mode: 'scripts' }), true);
  t.equal(countJob({ status: 'succeeded', failure: null, mode: 'noop' }), null, 'it pretends to work');
});

t.test('a job counts once, however often the bus names it', async (t) => {
  const { bus, ended, recorder, rows } = openObjectives(t);
  ended.set('a', { status: 'succeeded', failure: null, mode: 'scripts' } as Job);
  const event = { id: 'a', number: 1, operation: 'import', request_id: null };
  for (const status of ['running', 'succeeded', 'succeeded'] as const) bus.emit('job', { ...event, status });
  await recorder.runOnce();
  t.match(rows('jobs', 3600), [{ good: 1, total: 1 }]);
});

t.test('counts are written once a minute, and hours hold the sum of their minutes', async (t) => {
  const opened = openObjectives(t);
  const { bus, clock, recorder, rows } = opened;
  let events = 0;
  bus.on('objectives', () => (events += 1));
  for (let minute = 0; minute < 3; minute++) {
    recorder.addRequest(answered());
    recorder.addRequest(answered({ status: 500 }));
    await recorder.runOnce();
    clock.ms += minuteMs;
  }
  t.equal(events, 3);
  t.strictSame(
    rows('answers', 60).map(({ good, total }) => [good, total]),
    Array(3).fill([1, 2]),
  );
  t.match(rows('answers', 3600), [{ at: Date.parse('2026-11-20T12:00:00Z') / 1000, good: 3, total: 6 }]);
  t.match(rows('up', 3600), [{ good: 3, total: 3 }]);
  t.match(opened.standings.find('answers'), { good: 3, total: 6, state: 'too_few' });
  t.match(opened.reopen().standings.find('answers'), { good: 3, total: 6 }, 'after a restart, too');
});

t.test('while ops.db is busy counts are kept, and written later once', async (t) => {
  const { busy, clock, recorder, rows } = openObjectives(t);
  recorder.addRequest(answered());
  busy.is = true;
  await t.rejects(recorder.runOnce(), { code: 'SQLITE_BUSY' });
  t.same(rows('answers', 60), []);
  clock.ms += minuteMs;
  recorder.addRequest(answered());
  await t.rejects(recorder.runOnce(), { code: 'SQLITE_BUSY' });
  busy.is = false;
  await recorder.runOnce();
  t.match(rows('answers', 60), [{ total: 1 }, { total: 1 }]);
  t.match(rows('answers', 3600), [{ good: 2, total: 2 }]);
  t.match(rows('up', 3600), [{ good: 2, total: 2 }]);
});

t.test('the last counts are written at the end', async (t) => {
  const { recorder, rows } = openObjectives(t);
  recorder.addRequest(answered());
  recorder.end();
  t.match(rows('answers', 3600), [{ good: 1, total: 1 }]);
});

t.test(
  'a clock that is set back counts no minute twice, and one that jumps ahead fills no gap',
  async (t) => {
    const { clock, recorder, rows } = openObjectives(t);
    const count = async (minutes: number) => {
      for (let at = 0; at < minutes; at++) {
        await recorder.runOnce();
        clock.ms += minuteMs;
      }
    };
    await count(20);
    clock.ms -= 15 * minuteMs;
    await count(15);
    t.match(rows('up', 3600), [{ good: 20, total: 20 }]);
    clock.ms += 5 * hourMs;
    await count(1);
    t.match(rows('up', 3600), [{ total: 20 }, { total: 1 }], 'the machine has slept');
  },
);

t.test('a clock that was ahead for a while leaves the values as they were', async (t) => {
  const { clock, recorder, standings, tallyBook } = openObjectives(t);
  const count = async () => {
    recorder.addRequest(answered());
    await recorder.runOnce();
  };
  const day = 24 * hourMs;
  await count();
  clock.ms += 2 * day;
  await count();
  clock.ms += minuteMs - 2 * day;
  await count();
  t.match(tallyBook.sum('answers', 3600), { total: 2 }, 'minutes');
  clock.ms += 100 * day;
  await count();
  t.match(standings.find('answers'), { total: 1 });
  clock.ms += minuteMs - 100 * day;
  await count();
  t.match(standings.find('answers'), { total: 3 }, 'hours');
});

t.test('an allowance that is used exactly is held, and is not used up', async (t) => {
  for (const [target, total, bad] of [
    [0.99, 300, 3],
    [0.995, 200, 1],
    [0.9, 100, 10],
  ] as const) {
    const { by, objectives, recorder, standings } = openObjectives(t);
    await objectives.change(
      [{ name: 'answers', to: { target, window_days: 30, threshold_ms: null, is_on: true } }],
      by,
    );
    const add = (count: number, status: number) => {
      for (let at = 0; at < count; at++) recorder.addRequest(answered({ status, method: 'POST' }));
    };
    add(total - bad, 200);
    add(bad, 500);
    await recorder.runOnce();
    const of = `${bad} of ${total}`;
    t.match(standings.find('answers'), { state: 'held', usedUpOn: null, allowance: { left: 0 } }, of);
    add(1, 500);
    await recorder.runOnce();
    t.match(standings.find('answers'), { state: 'missed', usedUpOn: Date }, `${of} and one more`);
  }
});

t.test('a timer that is late skips no minute', async (t) => {
  const { clock, recorder, rows } = openObjectives(t, '2026-11-20T12:00:59.900Z');
  await recorder.runOnce();
  clock.ms += 60_200;
  await recorder.runOnce();
  t.match(rows('up', 60), [{ total: 1 }, { total: 1 }, { total: 1 }]);
});

t.test('minutes count as fresh with 99% of the entries, and not before there is an index', async (t) => {
  const { clock, index, recorder, rows } = openObjectives(t);
  for (const state of [
    { state: 'none', entries: 0, fresh: 0 },
    { state: 'none', entries: 100, fresh: 0 },
    { state: 'behind', entries: 100, fresh: 98 },
    { state: 'behind', entries: 100, fresh: 99 },
    { state: 'ready', entries: 0, fresh: 0 },
  ] as const) {
    Object.assign(index, state);
    await recorder.runOnce();
    clock.ms += minuteMs;
  }
  t.match(rows('fresh', 60), [{ good: 0 }, { good: 1 }]);
  t.match(rows('fresh', 3600), [{ good: 1, total: 2 }]);
});

t.test('an objective that is off counts nothing', async (t) => {
  const { by, objectives, recorder, rows, standings } = openObjectives(t);
  const off = { target: 0.995, window_days: 30, threshold_ms: null, is_on: false };
  await objectives.change([{ name: 'answers', to: off }], by);
  recorder.addRequest(answered({ status: 500 }));
  await recorder.runOnce();
  t.same(rows('answers', 60), []);
  t.match(rows('fast', 60), []);
  t.equal(standings.find('answers').state, 'off');
});

t.test('a new threshold counts from now on', async (t) => {
  const { by, objectives, recorder, standings } = openObjectives(t);
  recorder.addRequest(answered({ ms: 250 }));
  const to = { target: 0.99, window_days: 30, threshold_ms: 300, is_on: true };
  await objectives.change([{ name: 'fast', to }], by);
  recorder.addRequest(answered({ ms: 250 }));
  await recorder.runOnce();
  t.match(standings.find('fast'), { good: 1, total: 2 });
});

t.test('old minutes and hours are removed in small steps', async (t) => {
  const { clock, ops, recorder, rows } = openObjectives(t);
  const insert = ops.prepare('INSERT INTO objective_tally VALUES (?, ?, ?, 1, 1)');
  const seconds = Math.floor(clock.ms / minuteMs) * 60;
  for (let at = 1; at <= 1500; at++) insert.run('fast', 60, seconds - 3 * 86_400 - at * 60);
  insert.run('fast', 60, seconds - 86_400);
  insert.run('fast', 3600, seconds - 401 * 86_400);
  insert.run('fast', 3600, seconds - 399 * 86_400);
  await recorder.runOnce();
  t.equal(rows('fast', 60).length, 501);
  t.equal(rows('fast', 3600).length, 1);
  await recorder.runOnce();
  t.equal(rows('fast', 60).length, 501, 'once an hour');
  clock.ms += hourMs;
  await recorder.runOnce();
  t.equal(rows('fast', 60).length, 1);
});
