// The pages of schedules during a maintenance window: they do not promise a run that the window holds back.
import '../support/plain-children.ts';
import t from 'tap';
import { machineZone } from '../../src/schedule-store/cron.ts';
import { clockIn } from '../../src/schedule-store/zone-time.ts';
import { textOf } from '../support/screen.ts';
import { putSchedule } from '../support/stored-schedules.ts';
import { admin, startWithClock, untilEntered, wanted } from '../support/windows.ts';

/** On the clock of this machine. */
const clock = (time: string) => clockIn(machineZone(), new Date(`2026-11-29T${time}:00Z`));

const repair = { operation: 'repair', cron: '15 10 * * *', zone: 'UTC' };

t.test('a time in a window is not announced as a run', async (t) => {
  const { app, windows } = await startWithClock(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  for (const { name } of app.parts.schedules.all()) app.parts.schedules.remove(name);
  await putSchedule(app, 'strict', { ...repair, overlap: 'skip' });
  await putSchedule(app, 'patient', { ...repair, cron: '16 10 * * *', overlap: 'wait' });
  await putSchedule(app, 'late', { ...repair, cron: '0 11 * * *' });
  const sentence = `3 on, 0 off. Next: strict at ${clock('10:15')}.`;
  const list = async () => (await app.page('/schedules')).html;
  const digest = async () => (await app.page('/ui/schedules/changes')).html.toString();
  t.equal(textOf(await list(), '#schedule-sentence'), sentence);
  const before = await digest();

  const window = await windows.start(wanted('drained'), admin);
  await untilEntered(app, window);
  t.not(await digest(), before, 'open lists fetch themselves again');
  const refused = `Maintenance until ${clock('11:00')}: runs due before then are refused.`;
  const waits = `Maintenance until ${clock('11:00')}: a run due before then waits for its end.`;
  const html = await list();
  t.equal(textOf(html, '#schedule-sentence'), `${sentence} ${refused}`);
  const next = (name: string) => textOf(html, `#schedule-${name} [data-l="Next"]`);
  t.equal(next('strict'), `Sun 29 Nov, ${clock('10:15')} ${refused}`);
  t.equal(next('patient'), `Sun 29 Nov, ${clock('10:16')} ${waits}`);
  t.equal(next('late'), `Sun 29 Nov, ${clock('11:00')}`, 'the window has ended by then');
  const card = async (name: string) =>
    textOf((await app.page(`/schedules/${name}`)).html, `#schedule-${name}-card`);
  t.match(await card('strict'), refused);
  t.match(await card('patient'), waits);
  t.notMatch(await card('late'), 'Maintenance');

  await windows.end(window.id, admin);
  const readOnly = await windows.start(wanted('read_only'), admin);
  await untilEntered(app, readOnly);
  t.match(await card('patient'), refused, 'nothing is queued while the server is read-only');
  await windows.end(readOnly.id, admin);
  t.equal(textOf(await list(), '#schedule-sentence'), sentence);
});
