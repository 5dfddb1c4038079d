// The rules of the status that need no server: components, and matters that need a person.
import t from 'tap';
import type { Finding } from '../../src/checks/finding.ts';
import { type CheckBody, findingBody } from '../../src/checks/views.ts';
import { listComponents } from '../../src/status/components.ts';
import { readMonth } from '../../src/status/month.ts';
import { countNeeds, listNeeds } from '../../src/status/needs.ts';

const now = new Date('2026-11-30T12:00:00.000Z');

const finding = (more: Partial<Finding>): Finding => ({
  ...{
    id: 1,
    check_id: 'a',
    subject: 's',
    component: 'disk',
    severity: 'error',
    title: 'Full',
    text: 'Make room.',
  },
  ...{
    stops: [],
    fix: null,
    runbook: null,
    opened_at: '2026-11-30T11:00:00.000Z',
    seen_at: '',
    cleared_at: null,
  },
  ...{ times: 1, muted_until: null, muted_by: null, mute_reason: null, incident: null },
  ...more,
});

const check = (id: string, component: string, more: Partial<CheckBody> = {}): CheckBody => ({
  ...{ id, component, title: `Check ${id}`, every_sec: 10, state: 'pass', says: `Saw ${id}`, took_ms: 2 },
  ...{ looked_at: '2026-11-30T11:59:00.000Z', found: [] },
  ...more,
});

const holding = (...found: Finding[]) => ({ found: found.map((one) => findingBody(one, now)) });

t.test(
  'a component has its worst state, the time of all its looks, and the age of the one it tells of',
  async (t) => {
    const checks = [
      check('one', 'disk', { took_ms: 5, looked_at: '2026-11-30T11:00:00.000Z' }),
      check('two', 'disk', holding(finding({ check_id: 'two', severity: 'warning', title: 'Fills up' }))),
      check('three', 'index'),
      check('four', 'queue', { looked_at: null, says: null, took_ms: null, state: 'unknown' }),
    ];
    t.match(listComponents(checks), [
      {
        ...{
          name: 'disk',
          title: 'Disk',
          state: 'warning',
          says: 'Fills up',
          took_ms: 7,
          check: 'two',
          checks: 2,
        },
        looked_at: '2026-11-30T11:59:00.000Z',
      },
      { name: 'index', state: 'pass', says: 'Saw three.', findings: 0 },
      { name: 'queue', state: 'unknown', says: null, took_ms: null, looked_at: null },
    ]);
  },
);

t.test('several checks are named, an unmuted finding comes before a muted one', async (t) => {
  const [two] = listComponents([check('one', 'disk'), check('two', 'disk')]);
  t.equal(two?.says, 'Check one: saw one. Check two: saw two.');
  const [four] = listComponents([
    check('one', 'disk', { looked_at: '2026-11-30T11:58:00.000Z' }),
    ...[check('two', 'disk'), check('three', 'disk', { looked_at: '2026-11-30T11:00:00.000Z' })],
    ...[check('four', 'disk'), check('five', 'disk', { looked_at: null, says: null, state: 'unknown' })],
  ]);
  t.match(four, {
    says: 'Check one: saw one. Check two: saw two. 2 more checks pass.',
    looked_at: '2026-11-30T11:58:00.000Z',
  });
  const muted = finding({ title: 'Broken', muted_until: 'change' });
  const open = finding({ id: 2, subject: 'o', severity: 'info', title: 'Note' });
  const [both] = listComponents([check('a', 'disk', holding(muted, open))]);
  t.match(both, { says: 'Note', state: 'info', is_muted: false, findings: 2 });
  const [quiet] = listComponents([check('a', 'disk', holding(muted))]);
  t.match(quiet, { says: 'Broken', state: 'error', is_muted: true });
});

t.test('a finding about another component than its check is shown there', async (t) => {
  const found = finding({ check_id: 'a', component: 'source:published', title: 'Key refused' });
  const names = listComponents([check('a', 'sources', holding(found))]);
  t.match(names, [
    { title: 'Sheets', state: 'pass' },
    { title: 'Source published', state: 'error', check: 'a' },
  ]);
});

t.test('what needs a person: the worst first, without what is muted or only worth knowing', async (t) => {
  const incident = (number: number, severity: 1 | 2 | 3 | 4, status: 'open' | 'mitigated') => ({
    ...{ number, title: `Trouble ${number}`, severity, status },
    ...{ opened_at: '2026-11-30T10:00:00.000Z', due_at: '2026-11-30T14:00:00.000Z' },
  });
  const open = [
    finding({ id: 1, title: 'Old error' }),
    finding({ id: 2, title: 'New error', opened_at: '2026-11-30T11:30:00.000Z' }),
    finding({ id: 3, severity: 'warning', title: 'Warning' }),
    finding({ id: 4, title: 'Muted', muted_until: 'change' }),
    finding({ id: 5, severity: 'info', title: 'Worth knowing' }),
    finding({ id: 6, severity: 'info', component: 'runbook:disk-full', title: 'Review overdue' }),
  ];
  const needs = listNeeds(
    open,
    [
      ...[incident(10, 4, 'open'), incident(9, 1, 'mitigated'), incident(8, 3, 'open')],
      ...[incident(6, 2, 'open'), incident(7, 1, 'open')],
    ],
    now,
  );
  t.strictSame(
    needs.map(({ name, sentence }) => `${name}: ${sentence}`),
    [
      'Disk: New error. Make room.',
      'Disk: Old error. Make room.',
      'Incident #7: Trouble 7.',
      'Incident #6: Trouble 6.',
      'Incident #8: Trouble 8.',
      'Incident #10: Trouble 10.',
      'Disk: Warning. Make room.',
      'Incident #9: Trouble 9. Write what solved it and close it.',
      'Runbook disk-full: Review overdue. Make room.',
    ],
  );
  t.match(needs[0], { href: '/checks#finding-2' });
  t.equal(countNeeds(needs, open, now), '2 errors, 5 incidents, 1 warning, 1 overdue, 1 muted');
  const long = listNeeds([finding({ text: 'Open chl.db. It has 2.5 GiB.\nThen wait' })], [], now);
  t.equal(long[0]?.sentence, 'Full. Open chl.db.');
});

t.test('the server is not called up before there is enough to judge', async (t) => {
  const read = (state: string, good: number, total: number) => {
    const sources = {
      ...{ now: () => now, overview: { figures: () => ({ count: 0 }) }, starts: { since: () => [] } },
      auditRepository: { firstIdAt: () => 0, countEvents: () => 0 },
      standings: { find: () => ({ state, days: [{ good, total }] }) },
    };
    const facts = readMonth(sources as unknown as Parameters<typeof readMonth>[0]);
    return facts.find(({ name }) => name === 'Server up')?.text;
  };
  t.equal(read('too_few', 2, 2), '–, too few to judge');
  t.equal(read('held', 200, 200), '100%');
  t.equal(read('too_few', 0, 0), undefined, 'before it is counted');
});
