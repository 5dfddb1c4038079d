import t from 'tap';
import { addTick } from '../support/stored-schedules.ts';
import { startApp } from '../support/app.ts';
import { operator } from '../support/engine.ts';
import { makeFolder } from '../support/folder.ts';

t.test('suggested schedules are added once, switched off', async (t) => {
  const root = makeFolder(t);
  const first = await startApp(t, { root });
  t.same(
    first.parts.schedules.all().map(({ name, is_on: isOn }) => [name, isOn]),
    [
      ['audit-check', false],
      ['backup', false],
      ['costs', false],
      ['database', false],
      ['database-ops', false],
      ['drill', false],
      ['repair', false],
    ],
  );
  await first.parts.scheduleEdits.remove('repair', operator);
  await first.parts.scheduleEdits.put('audit-check', { cron: '0 1 * * *' }, operator);
  await first.parts.scheduleEdits.remove('drill', operator);
  await first.close();
  const second = await startApp(t, { root });
  t.match(second.parts.schedules.all(), [
    { name: 'audit-check', cron: '0 1 * * *' },
    { name: 'backup' },
    { name: 'costs' },
    { name: 'database', args: { database: 'library', do: 'check', quick: false } },
    { name: 'database-ops', args: { database: 'ops', do: 'check', quick: false } },
  ]);
  t.equal(second.parts.schedules.count(), 5);
});

t.test('ticks are kept as long as the setting says', async (t) => {
  const app = await startApp(t, {
    now: () => new Date('2026-11-29T12:00:00Z'),
    env: { CHL_SCHEDULE_DAYS: '2' },
  });
  for (const day of ['26', '28'])
    for (let hour = 10; hour < 24; hour += 1) addTick(app, 'nightly', `2026-11-${day}T${hour}:00:00.000Z`);
  t.equal(await app.parts.tickRetention.runOnce(), 14);
  t.equal(app.parts.schedules.ticks('nightly', { limit: 100 }).length, 14);
});
