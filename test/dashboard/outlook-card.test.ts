import '../support/plain-children.ts';
import t from 'tap';
import type { OutlookFact } from '../../src/core/hub-row.ts';
import type { Schedule } from '../../src/schedule-store/schedule.ts';
import { nextFact } from '../../src/schedules/next-fact.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { textOf } from '../support/screen.ts';

function show(app: TestApp, ...facts: OutlookFact[]) {
  app.outlook().splice(0, Number.POSITIVE_INFINITY, ...facts);
}

const fact = (more: Partial<OutlookFact>): OutlookFact => ({
  position: 1,
  icon: 'clock',
  href: '/jobs',
  dirtyOn: [],
  load: () => ({ words: ['Backup', { at: '2026-11-22T10:00:00.000Z' }, ', proven'] }),
  ...more,
});

t.test(
  'the outlook lists its facts as links, and leaves out what is not set up or cannot be read',
  async (t) => {
    const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
    const broken = () => {
      throw new Error('a failure of the test');
    };
    show(app, fact({}), fact({ load: () => null }), fact({ load: broken }));
    const { html } = await app.page('/operations');
    const facts = html.querySelectorAll('#outlook-card .fact');
    t.equal(facts.length, 1);
    t.equal(facts[0]?.querySelector('a')?.getAttribute('href'), '/jobs');
    t.match(textOf(html, '#outlook-card .fact'), /^Backup .*2026.*, proven$/);
    t.equal(html.querySelector('#outlook-card .warn'), null);
    show(app, fact({ load: () => ({ words: ['Backup failed'], isWarning: true }) }));
    t.ok((await app.page('/operations')).html.querySelector('#outlook-card .fact.warn'));
  },
);

t.test('without any fact there is no outlook', async (t) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  show(app);
  const { html } = await app.page('/operations');
  t.equal(html.querySelector('#outlook-card')?.text.trim(), '');
});

t.test('the next schedule is a fact while one is on', async (t) => {
  const at = '2026-11-22T02:00:00.000Z';
  const all = () => [{ name: 'backup' }, { name: 'sync' }] as Schedule[];
  const load = (next: (schedule: Schedule) => { schedule: string; at: string } | null) =>
    nextFact({ schedules: { all }, nextRuns: { after: next } }).load();
  t.equal(
    load(() => null),
    null,
  );
  t.strictSame(
    load(({ name }) => (name === 'sync' ? { schedule: name, at } : null)),
    { words: ['Next: sync', { at }] },
  );
});
