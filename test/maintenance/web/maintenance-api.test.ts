// /api/v1/maintenance: list, start, extend, end.
import '../../support/plain-children.ts';
import t from 'tap';
import { as, startWithRoles } from '../../support/roles.ts';
import { run, startWithClock, wanted } from '../../support/windows.ts';

const place = '/api/v1/maintenance';
const error = (status: number, code: string) => ({ status, body: { error: { code } } });

t.test('windows over the API', async (t) => {
  const { app, pass } = await startWithClock(t);
  t.match(await app.json(place), { status: 200, body: { items: [], next_cursor: null } });
  t.match(await app.json('/health'), { body: { maintenance: null } });

  const { body: job } = await run(app, 'import');
  await app.whenJob(job.number, 'running');
  const started = await app.json(place, { level: 'frozen', reason: 'the disk is moved' });
  t.match(started, {
    status: 201,
    body: {
      id: 1,
      level: 'frozen',
      state: 'starting',
      reason: 'the disk is moved',
      starts_at: '2026-11-29T10:00:00.000Z',
      ends_at: '2026-11-29T10:30:00.000Z',
      entered_at: null,
      ended_at: null,
      waits_for: { window: null, operation: 'import', number: job.number },
    },
  });
  t.match(await app.json(`${place}/1`), { status: 200, body: { id: 1, state: 'starting' } });
  await app.submit(`/ui/jobs/${job.number}/cancel`, {});

  t.match(await app.json(`${place}/1/extend`, { minutes: 30 }), {
    status: 200,
    body: { id: 1, ends_at: '2026-11-29T11:00:00.000Z' },
  });
  const later = { level: 'announce', reason: 'a deployment', starts_at: '2026-11-30T08:00:00Z' };
  t.match(await app.json(place, { ...later, ends_at: '2026-11-30T09:00:00Z' }), {
    status: 201,
    body: { id: 2, state: 'planned', ends_at: '2026-11-30T09:00:00.000Z', waits_for: null },
  });
  pass(1);
  t.match(await app.json(`${place}/1/end`, {}), {
    status: 200,
    body: { id: 1, state: 'ended', ended_at: '2026-11-29T10:01:00.000Z' },
  });

  await t.test('the list is cut into pages, and filtered by state', async (t) => {
    const idsOf = async (query: string) => {
      const { body } = await app.json(`${place}${query}`);
      return [body.items.map(({ id }: { id: number }) => id), body.next_cursor];
    };
    t.strictSame(await idsOf(''), [[2, 1], null]);
    t.strictSame(await idsOf('?state=open'), [[2], null]);
    t.strictSame(await idsOf('?state=ended'), [[1], null]);
    t.strictSame(await idsOf('?limit=1'), [[2], '2']);
    t.strictSame(await idsOf('?limit=1&cursor=2'), [[1], null]);
    t.match(await app.json(`${place}?state=half`), error(422, 'invalid_arguments'));
  });

  await t.test('what cannot be done is refused', async (t) => {
    t.match(await app.json(`${place}/9`), error(404, 'not_found'));
    t.match(await app.json(`${place}/9/end`, {}), error(404, 'not_found'));
    t.match(await app.json(`${place}/1/end`, {}), error(409, 'wrong_state'));
    t.match(await app.json(`${place}/1/extend`, { minutes: 5 }), error(409, 'wrong_state'));
    t.match(await app.json(`${place}/2/extend`, { minutes: 0 }), error(422, 'invalid_arguments'));
    t.match(await app.json(`${place}/2/extend`, { hours: 1 }), error(422, 'invalid_arguments'));
    t.match(await app.json(place, wanted('frozen')), { status: 201 });
    t.match(await app.json(place, wanted('drained')), error(409, 'wrong_state'));
    t.match(
      await app.json(place, { level: 'drained', reason: 'no word' }),
      error(422, 'confirmation_required'),
    );
    const { status, body } = await app.json(place, {
      level: 'half',
      minutes: 0,
      starts_at: 'now',
      reason: 'x',
    });
    t.equal(status, 422);
    t.strictSame(
      body.error.details.problems.map(({ field }: { field: string }) => field),
      ['level', 'reason', 'starts_at', 'minutes'],
      'all problems at once',
    );
  });

  await t.test('/health names the window', async (t) => {
    const found = { window: 3, level: 'frozen', ends_at: '2026-11-29T11:01:00.000Z' };
    t.strictSame((await app.json('/health')).body.maintenance, found);
  });

  await t.test('a refusal says until when', async (t) => {
    const refused = await run(app, 'import');
    t.match(refused, error(503, 'maintenance'));
    t.match(refused.body.error.details, { window: 3, level: 'frozen', ends_at: '2026-11-29T11:01:00.000Z' });
    t.equal(refused.headers.get('retry-after'), '3600');
  });
});

t.test('the page of windows answers a program with the list, and roles count', async (t) => {
  const app = await startWithRoles(t);
  const headers = { ...as('viewer'), accept: 'application/json' };
  const answer = await fetch(`${app.origin}/settings/maintenance`, { headers });
  t.strictSame(await answer.json(), { items: [], next_cursor: null });
  t.match(await app.json(place, wanted('frozen'), as('operator')), error(403, 'forbidden'));
  t.match(await app.json(place, wanted('frozen')), { status: 201, body: { created_by: 'admin' } });
  t.match(await app.json(`${place}/1/end`, {}, as('viewer')), error(403, 'forbidden'));
});
