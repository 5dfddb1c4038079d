// Runs of a schedule and the role of the person who stored it.
import '../support/plain-children.ts';
import t from 'tap';
import { createCatalogue } from '../../src/core/catalogue.ts';
import { hashOf, hintOf } from '../../src/access/secret.ts';
import { createTokenRepository } from '../../src/access/token-repository.ts';
import { startApp } from '../support/app.ts';
import { defineDestructive } from '../support/operations.ts';
import { as, startWithRoles } from '../support/roles.ts';

t.test('runs go on when the token that stored the schedule is revoked', async (t) => {
  let now = new Date('2026-11-29T12:00:00Z');
  const app = await startWithRoles(t, (t) =>
    startApp(t, {
      env: { CHL_OPERATIONS_MODE: 'noop' },
      catalogue: createCatalogue([defineDestructive()]),
      now: () => now,
    }),
  );
  const { ticker, repository } = app.parts;
  const tokens = createTokenRepository(app.ops);
  const secret = 'chl_of_ada_of_a_test';
  const from = { created_at: '2026-01-01T00:00:00.000Z', created_by: 'a test', expires_at: null };
  tokens.put({ ...from, name: 'ada', role: 'admin', hash: hashOf(secret), hint: hintOf(secret) });
  const confirmed = { reason: 'the weekly clean-up', confirm: 'wipe' };
  const put = () =>
    fetch(`${app.origin}/api/v1/schedules/weekly`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      body: JSON.stringify({ operation: 'wipe', cron: '* * * * *', zone: 'UTC', ...confirmed }),
    });
  t.equal((await put()).status, 201);
  tokens.revoke('ada', now.toISOString());
  t.equal((await put()).status, 401);
  now = new Date('2026-11-29T12:01:00Z');
  await ticker.runOnce();
  t.match(await app.whenJob(1), {
    status: 'succeeded',
    schedule: 'weekly',
    requested_by: 'schedule weekly',
    reason: confirmed.reason,
  });
  t.match((await app.json('/api/v1/schedules/weekly')).body, { is_on: true, created_by: 'ada' });
  const { body } = await app.json('/api/v1/audit?target=job:1');
  t.match(body.items.at(-1), { event: 'job.accepted', actor: 'schedule weekly' });

  const refused = await app.json('/api/v1/schedules/weekly/run', confirmed, as('operator'));
  t.match(refused, { status: 403, body: { error: { code: 'forbidden' } } }, 'an operator starts no such run');
  t.equal(repository.find('2'), null);
});
