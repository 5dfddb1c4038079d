// The health of a named sheet as a table of cases, the periods of its schedules, and what looks remember.
import t from 'tap';
import { createBus } from '../../src/core/bus.ts';
import type { SheetSource } from '../../src/core/sheet-source.ts';
import type { Drift } from '../../src/sources/drift.ts';
import {
  describeCount,
  type HealthFacts,
  judgeAll,
  judgeSheet,
  type NamedHealth,
} from '../../src/sources/health.ts';
import { createImportSchedules } from '../../src/sources/import-schedules.ts';
import type { SheetEnd, SheetRun } from '../../src/sources/repository.ts';
import { createSourceLooks } from '../../src/sources/source-looks.ts';
import type { Schedule } from '../../src/schedule-store/schedule.ts';

const hourMs = 3_600_000;
const now = new Date('2026-11-28T12:00:00.000Z');
const before = (hours: number) => new Date(now.getTime() - hours * hourMs).toISOString();
const run = { number: 7, started_at: before(30), finished_at: before(30), result: {} } satisfies SheetRun;
const importRun = { verb: 'import', run, rows: 3 } as const;
const exportRun = { verb: 'export', run, rows: 3 } as const;
const end: SheetEnd = {
  number: 8,
  operation: 'import',
  status: 'failed',
  finished_at: before(2),
  isPlan: false,
  isRefusal: false,
  message: '2 rows are wrong.\nSee the log.',
};
const late = { name: 'nightly', staleAfterMs: 36 * hourMs, staleAt: before(1) };
const later = { ...late, name: 'weekly', staleAt: before(-1) };

const well: HealthFacts = {
  trouble: null,
  lastJob: { ...end, status: 'succeeded', message: null },
  last: importRun,
  drift: { state: 'unchanged' },
  isSeenByCheck: false,
  changedSince: null,
  schedules: [],
  now,
  unimportedMaxMs: 24 * hourMs,
};

const cases: [string, Partial<HealthFacts>, string, RegExp, string | null][] = [
  ['unchanged', {}, 'ok', /^Unchanged since the import\.$/, null],
  ['exported', { last: exportRun }, 'ok', /^Unchanged since the export\.$/, null],
  ['not looked at yet', { drift: null }, 'ok', /^Unchanged since the import\.$/, null],
  [
    'not to compare',
    { drift: { state: 'unclear', why: 'Check it.' } },
    'ok',
    /^It may have changed.* Check it\.$/,
    null,
  ],
  ['seen by a check', { isSeenByCheck: true }, 'ok', /, as of its last check\.$/, null],
  [
    'changed just now',
    { drift: { state: 'changed' } },
    'ok',
    /^It has changed since the import\. Import/,
    null,
  ],
  ['changed 24 h ago', { changedSince: before(24) }, 'ok', /^It has changed since the import\./, null],
  [
    'changed earlier',
    { changedSince: before(25) },
    'stale',
    /changed since the import, and was not imported for 24 h/,
    before(25),
  ],
  [
    'edited earlier',
    { last: exportRun, changedSince: before(25) },
    'stale',
    /edited after our export/,
    before(25),
  ],
  ['within its period', { schedules: [later] }, 'ok', /^Unchanged/, null],
  [
    'beyond its period',
    { schedules: [later, late] },
    'stale',
    /schedule nightly has not imported it for 36 h/,
    before(1),
  ],
  [
    'beyond a week',
    { schedules: [{ ...late, staleAfterMs: 252 * hourMs }] },
    'stale',
    /for 10 d 12 h, one and a half/,
    before(1),
  ],
  ['changed and beyond', { changedSince: before(25), schedules: [late] }, 'stale', /has changed/, before(25)],
  ['a job has failed', { lastJob: end }, 'error', /^Import #8 failed: 2 rows are wrong\.$/, before(2)],
  ['a plan has failed', { lastJob: { ...end, isPlan: true } }, 'error', /^Import plan #8 failed:/, before(2)],
  [
    'an export has failed',
    { lastJob: { ...end, operation: 'export' } },
    'error',
    /^Export #8 failed:/,
    before(2),
  ],
  ['failed without a word', { lastJob: { ...end, message: null } }, 'error', /it says no reason/, before(2)],
  ['failed and changed', { lastJob: end, changedSince: before(25) }, 'error', /failed/, before(2)],
  [
    'cannot be opened',
    { trouble: { text: 'Its key was refused.', since: before(3) }, lastJob: end },
    'error',
    /^Its key was refused\.$/,
    before(3),
  ],
  [
    'new',
    { last: null, lastJob: null, drift: { state: 'never' } },
    'never',
    /^It was neither imported nor exported yet\.$/,
    null,
  ],
  [
    'not there',
    { last: null, lastJob: null, drift: { state: 'absent' } },
    'never',
    /^It is not there yet\.$/,
    null,
  ],
  [
    'new and beyond its period',
    { last: null, lastJob: null, schedules: [late] },
    'stale',
    /nightly/,
    before(1),
  ],
];

for (const [title, facts, state, reason, since] of cases)
  t.test(`a sheet that is ${title}: ${state}`, async (t) => {
    t.match(judgeSheet({ ...well, ...facts }), { state, reason, since });
  });

t.test('the health of all is the worst, with its reason', async (t) => {
  const named = (name: string, state: NamedHealth['state']): NamedHealth => ({
    name,
    state,
    reason: `${name} says why.`,
    since: null,
  });
  const [ok, never, stale, error] = [
    named('a', 'ok'),
    named('b', 'never'),
    named('c', 'stale'),
    named('d', 'error'),
  ];
  t.same(judgeAll([never, never]), { health: 'never', reason: 'No source was imported or exported yet.' });
  t.same(judgeAll([ok, ok]), { health: 'ok', reason: '2 of 2 sources are in order.' });
  t.same(judgeAll([ok, never]), { health: 'ok', reason: '1 of 2 sources is in order; 1 was never used.' });
  t.same(judgeAll([ok, never, stale]), {
    health: 'stale',
    reason: '1 of 3 sources is stale. c: c says why.',
  });
  t.same(judgeAll([stale, error, ok]), {
    health: 'error',
    reason: '1 of 3 sources cannot be relied on. d: d says why.',
  });
  t.equal(describeCount([ok, never]), '2 sources');
  t.equal(describeCount([ok, stale, never]), '3 sources, 1 stale');
  t.equal(describeCount([error, stale, error]), '3 sources, 2 errors, 1 stale');
});

const schedule = (given: Partial<Schedule>): Schedule => ({
  name: 'nightly',
  operation: 'import',
  args: { source: 'published' },
  reason: null,
  confirm: null,
  cron: '0 6 * * *',
  zone: 'UTC',
  is_on: true,
  missed: 'skip',
  overlap: 'skip',
  due_since: before(100),
  created_by: 'ada',
  created_at: before(100),
  changed_by: 'ada',
  changed_at: before(100),
  ...given,
});

t.test(
  'an import is overdue after one and a half periods of a schedule that imports the sheet',
  async (t) => {
    const dutiesOf = (given: Partial<Schedule>, importedAt: string | null) =>
      createImportSchedules({
        schedules: { all: () => [schedule(given)] },
        nextRuns: { of: () => null },
      }).duties('published', importedAt);
    const monday = '2026-11-23T06:00:05.000Z';
    const friday = '2026-11-27T06:00:05.000Z';
    t.match(dutiesOf({}, monday), [
      { name: 'nightly', staleAfterMs: 36 * hourMs, staleAt: '2026-11-24T18:00:05.000Z' },
    ]);
    t.match(dutiesOf({ args: {} }, monday), [{ name: 'nightly' }], 'published is the default');
    const [weekday] = dutiesOf({ cron: '0 6 * * 1-5' }, friday);
    t.ok((weekday?.staleAt ?? '') > '2026-11-30T06:10', 'a weekend is a longer period');
    t.ok((weekday?.staleAt ?? '') < '2026-12-02', 'the one after it is not');
    t.match(dutiesOf({ cron: '0 * * * *' }, monday), [{ staleAfterMs: 1.5 * hourMs }]);
    t.match(
      dutiesOf({ changed_at: monday }, null),
      [{ staleAt: '2026-11-24T18:00:05.000Z' }],
      'never imported: since the schedule',
    );
    const none: Partial<Schedule>[] = [
      { is_on: false },
      { operation: 'export', args: { target: 'published' } },
      { args: { source: 'review' } },
      { args: { source: 'published', dry_run: true } },
      { args: { source: 'published', path: 'sheets/other' } },
      { zone: 'Nowhere/Land' },
      { cron: '0 0 30 2 *' },
    ];
    for (const given of none) t.same(dutiesOf(given, monday), [], JSON.stringify(given));
  },
);

t.test('a change counts from the first look that has seen it, until it is gone', async (t) => {
  const bus = createBus();
  let emitted = 0;
  bus.on('sources', () => (emitted += 1));
  const clock = { now };
  const kept = new Map<string, string | null>();
  const looks = createSourceLooks({
    bus,
    now: () => clock.now,
    states: {
      find: () => ({ checked_at: before(5) }) as never,
      changedSince: (name) => kept.get(name) ?? null,
    },
    keepChange: (name, since) => void kept.set(name, since),
  });
  const draft: SheetSource = { name: 'draft', kind: 'folder', place: 'sheets/draft', tabs: null };
  const since = async (drift: Drift, source = draft) => {
    await looks.note(source, drift);
    return kept.get(source.name) ?? null;
  };
  t.equal(looks.known(draft), null);
  t.equal(await since({ state: 'unchanged' }), null);
  t.equal(emitted, 0, 'the first look is no news');
  t.equal(await since({ state: 'changed' }), now.toISOString());
  t.equal(emitted, 1);
  clock.now = new Date(now.getTime() + hourMs);
  t.equal(await since({ state: 'changed' }), now.toISOString(), 'later looks keep the time');
  t.equal(emitted, 1);
  t.equal(await since({ state: 'unclear', why: 'It is large.' }), now.toISOString());
  t.equal(await since({ state: 'absent' }), now.toISOString());
  t.equal(await since({ state: 'unchanged' }), null);
  t.same(looks.known(draft), { state: 'unchanged' });
  t.equal(looks.known({ ...draft, place: 'sheets/other' }), null, 'another place was not looked at');
  const cloud: SheetSource = { name: 'cloud', kind: 'google', place: 'x'.repeat(30), tabs: null };
  t.equal(await since({ state: 'changed' }, cloud), before(5), 'the check of a spreadsheet has seen it');
  emitted = 0;
  const judged = (state: NamedHealth['state']) => looks.noteHealth(draft, { state, reason: '', since: null });
  judged('ok');
  judged('ok');
  t.equal(emitted, 0);
  judged('stale');
  t.equal(emitted, 1, 'time alone can make a sheet stale');
});
