// The verbs on maintenance windows: their refusals and their audit rows.
import '../support/plain-children.ts';
import t from 'tap';
import type { Requester } from '../../src/core/audit.ts';
import { admin, auditOf, startWithClock, wanted } from '../support/windows.ts';

const noop = { env: { CHL_OPERATIONS_MODE: 'noop' } };
const eve: Requester = { ...admin, actor: 'eve' };

t.test('a refusal names every problem of a window', async (t) => {
  const { windows } = await startWithClock(t, noop);
  const problemsOf = async (different: object) => {
    const { minutes: _, ...given } = wanted('frozen');
    const error = await windows.start({ ...given, ...different }, admin).catch((refusal) => refusal);
    t.equal(error.code, 'invalid_arguments', JSON.stringify(different));
    return error.details.problems.map(({ field }: { field: string }) => field);
  };
  const cases: [object, string[]][] = [
    [{ level: 'closed', reason: ' now ', minutes: 0 }, ['level', 'reason', 'minutes']],
    [{ reason: 'x'.repeat(201) }, ['reason']],
    [{ minutes: 1441 }, ['minutes']],
    [{ minutes: 1.5 }, ['minutes']],
    [{ minutes: 30, ends_at: '2026-11-29T11:00:00Z' }, ['ends_at']],
    [{ ends_at: '2026-11-29T09:00:00Z' }, ['ends_at']],
    [{ ends_at: 'soon' }, ['ends_at']],
    [{ ends_at: '2026-11-30T10:00:01Z' }, ['ends_at']],
    [{ starts_at: '2026-11-29T09:00:00Z' }, ['starts_at']],
    [{ starts_at: '2026-12-29T10:00:01Z' }, ['starts_at']],
    [{ starts_at: '2026-11-29T12:00:00Z', ends_at: '2026-11-29T11:30:00Z' }, ['ends_at']],
  ];
  for (const [different, fields] of cases) t.strictSame(await problemsOf(different), fields);
  t.strictSame(windows.all(), []);
});

t.test('the strong levels need the word, and every verb needs an admin', async (t) => {
  const { app, windows } = await startWithClock(t, noop);
  for (const level of ['drained', 'read_only'] as const)
    await t.rejects(windows.start({ ...wanted(level), confirm: 'yes' }, admin), {
      code: 'confirmation_required',
      details: { problems: [{ field: 'confirm' }], word: 'maintenance' },
    });
  await t.rejects(windows.start(wanted('frozen'), { ...admin, role: 'operator' }), { code: 'forbidden' });
  const { id } = await windows.start({ level: 'frozen', reason: 'the disk is moved' }, admin);
  t.match(windows.find(id), { ends_at: '2026-11-29T10:30:00.000Z', created_by: 'ada' }, 'half an hour');
  await t.rejects(windows.extend(id, 5, { ...admin, role: 'operator' }), { code: 'forbidden' });
  await t.rejects(windows.end(id, { ...admin, role: 'operator' }), { code: 'forbidden' });
  t.match(auditOf(app, 'maintenance'), [
    { event: 'maintenance.planned', outcome: 'refused', detail: { code: 'confirmation_required' } },
    { event: 'maintenance.planned', outcome: 'refused', detail: { code: 'confirmation_required' } },
    { event: 'maintenance.planned', outcome: 'refused', detail: { code: 'forbidden' } },
  ]);
});

t.test('two windows that hold something back do not overlap', async (t) => {
  const { windows } = await startWithClock(t, noop);
  const at = (starts_at: string, minutes: number) => ({ ...wanted('frozen'), starts_at, minutes });
  const first = await windows.start(at('2026-11-29T12:00:00Z', 60), admin);
  await t.rejects(windows.start(at('2026-11-29T12:59:00Z', 60), admin), {
    code: 'wrong_state',
    message: new RegExp(`^Window ${first.id} \\(frozen, the disk is moved\\) lasts from`),
    details: { window: first.id },
  });
  const next = await windows.start(at('2026-11-29T13:00:00Z', 60), admin);
  await t.rejects(windows.extend(first.id, 1, admin), { code: 'wrong_state', details: { window: next.id } });
  await t.resolves(windows.start({ ...wanted('announce'), minutes: 600 }, admin));
  t.match(windows.current(), { level: 'announce' });
  await windows.start({ ...wanted('drained'), minutes: 30 }, admin);
  t.match(windows.current(), { level: 'drained' }, 'it counts more than the announcement');
});

t.test('a window is extended to 24 hours at most', async (t) => {
  const { app, windows } = await startWithClock(t, noop);
  const { id } = await windows.start(wanted('frozen'), admin);
  await t.rejects(windows.extend(id, 0, admin), { code: 'invalid_arguments' });
  await t.rejects(windows.extend(id, 1381, admin), { code: 'invalid_arguments', message: /24 hours in all/ });
  t.match(await windows.extend(id, 1380, admin), { ends_at: '2026-11-30T10:00:00.000Z' });
  t.match(auditOf(app, `window:${id}`).at(-1), {
    event: 'maintenance.extended',
    detail: {
      before: { ends_at: '2026-11-29T11:00:00.000Z' },
      after: { ends_at: '2026-11-30T10:00:00.000Z' },
    },
  });
});

t.test('ending another person’s window needs a reason; a window ends once', async (t) => {
  const { windows, pass } = await startWithClock(t, noop);
  const { id } = await windows.start(wanted('frozen'), admin);
  await t.rejects(windows.end(id, eve), { code: 'confirmation_required' });
  await t.rejects(windows.end(99, eve), { code: 'not_found' });
  pass(1);
  t.match(await windows.end(id, eve, { reason: 'the disk is there' }), {
    ended_by: 'eve',
    ended_at: '2026-11-29T10:01:00.000Z',
  });
  await t.rejects(windows.end(id, admin), { code: 'wrong_state' });
  await t.rejects(windows.extend(id, 5, admin), { code: 'wrong_state' });
  t.match(windows.history(10), [{ id }]);
  const own = await windows.start(wanted('frozen'), admin);
  t.match(await windows.end(own.id, admin), { ended_by: 'ada' });
});

t.test('an announcement holds nothing back', async (t) => {
  const { windows, repository } = await startWithClock(t, noop);
  const window = await windows.start(wanted('announce'), admin);
  t.equal(window.entered_at, window.begun_at);
  t.strictSame(repository.positions(), []);
  t.equal(windows.wouldWaitFor('announce'), null);
});

t.test('a finding that opens in a window says so in the audit log', async (t) => {
  const { app, windows, findings, pass } = await startWithClock(t, noop);
  const origin = { check_id: 'probe', component: 'disk', opensAt: 'first' } as const;
  const open = (subject: string) => {
    findings.take(origin, [
      { subject, severity: 'warning', title: 'It is full', text: 'Empty it.', stops: [] },
    ]);
    findings.save();
    const [row] = app.ops
      .prepare(`SELECT detail FROM audit WHERE event = 'finding.opened' ORDER BY id DESC LIMIT 1`)
      .all() as { detail: string }[];
    return JSON.parse(row?.detail ?? '{}');
  };
  t.equal(open('before').in_window, undefined);
  const { id } = await windows.start(wanted('announce'), admin);
  t.match(open('within'), { subject: 'within', in_window: id });
  pass(60);
  t.equal(open('after').in_window, undefined);
  for (let look = 0; look < 2; look += 1) findings.take(origin, []);
  findings.save();
  const ends = app.ops
    .prepare(`SELECT detail ->> 'subject', detail ->> 'in_window' FROM audit WHERE event = 'finding.cleared'`)
    .raw()
    .all();
  t.strictSame(new Map(ends as [string, number | null][]).get('within'), id, 'so does its end');
  t.equal(new Map(ends as [string, number | null][]).get('after'), null);
});
