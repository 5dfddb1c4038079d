// Severity, banner and /health agree for whatever a check finds, and one cause makes one banner.
import t from 'tap';
import type { Check, Found, Severity } from '../../src/core/check.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { lookTwice, readPlaces } from '../support/checks.ts';

const found: Found = { subject: 'planted', severity: 'error', title: 'Planted', text: 'Mend it.', stops: [] };

const table: [severity: Severity, stops: string[], hasBanner: boolean, health: string, code: number][] = [
  ['error', ['import'], true, 'degraded', 1],
  ['error', [], true, 'degraded', 1],
  ['warning', ['import'], true, 'degraded', 0],
  ['warning', [], true, 'healthy', 0],
  ['info', ['import'], false, 'healthy', 0],
  ['info', [], false, 'healthy', 0],
];

t.test('an error has a banner and is no health; a note has neither', async (t) => {
  const app = await startApp(t);
  for (const [severity, stops, hasBanner, health, code] of table) {
    const name = `${severity}${stops.length > 0 ? ' that stops something' : ''}`;
    const repair = plant(app, 'runner', { ...found, severity, stops });
    await app.parts.checker.runOnce();
    const places = await readPlaces(app);
    t.equal(places.banner.includes('Planted'), hasBanner, `banner: ${name}`);
    t.match(places.health, { status: health, components: { runner: { status: health } } }, name);
    t.equal(places.code, code, `doctor: ${name}`);
    for (const text of [places.page, places.findings, places.doctor]) t.match(text, 'Planted', name);
    repair();
    await lookTwice(app);
  }
  for (const component of ['database', 'data_folder', 'disk']) {
    const watch = app.parts.checker.watches().find(({ check }) => check.component === component);
    const repair = plant(app, watch?.check.id ?? '', found);
    await app.parts.checker.runOnce();
    const answer = await app.json('/health');
    t.match([answer.status, answer.body.status], [503, 'unhealthy'], component);
    repair();
    await lookTwice(app);
  }
});

t.test(
  'while its cause is an open error, a finding has no banner; muting the cause shows neither',
  async (t) => {
    const app = await startApp(t);
    const banner = async () => (await readPlaces(app)).banner;
    const repairEffect = plant(app, 'stream', { ...found, title: 'The effect', causedBy: ['runner'] });
    await app.parts.checker.runOnce();
    t.match(await banner(), 'The effect', 'without its cause');
    const repair = plant(app, 'runner', { ...found, title: 'The cause' });
    await app.parts.checker.runOnce();
    const { page, health, banner: both } = await readPlaces(app);
    t.match(both, 'The cause');
    t.notMatch(both, 'The effect');
    t.match(page, 'The effect');
    t.match(health.components, { stream: { status: 'degraded' }, runner: { status: 'degraded' } });
    const id = app.parts.findings.open().find(({ title }) => title === 'The cause')?.id;
    await app.json(`/api/v1/findings/${id}/mute`, { for: '1h' });
    t.notMatch(await banner(), /The effect|The cause/);
    repair();
    await lookTwice(app);
    t.match(await banner(), 'The effect', 'the cause is gone');
    const repairWarning = plant(app, 'runner', { ...found, severity: 'warning', title: 'The cause' });
    await app.parts.checker.runOnce();
    t.match(await banner(), 'The effect', 'a warning is no cause');
    repairWarning();
    repairEffect();
  },
);

t.test('a check that cannot look is no second banner while the database is damaged', async (t) => {
  const app = await startApp(t);
  checkOf(app, 'queue').look = () => {
    throw new Error('database disk image is malformed');
  };
  await app.parts.checker.runOnce();
  t.match((await readPlaces(app)).banner, 'Queue: could not be checked');
  app.damage.noteFile(app.config.databasePath);
  await app.parts.checker.runOnce();
  const { banner } = await readPlaces(app);
  t.match(banner, 'Jobs fail: a database is damaged');
  t.notMatch(banner, 'could not be checked');
});

/** The check finds this; returns what ends that. */
function plant(app: TestApp, id: string, one: Found): () => void {
  const check = checkOf(app, id);
  const { look } = check;
  check.look = () => ({ says: 'Planted', found: [one] });
  return () => {
    check.look = look;
  };
}

function checkOf({ parts }: TestApp, id: string): Check {
  const watch = parts.checker.watches().find(({ check }) => check.id === id);
  if (!watch) throw new Error(`There is no check ${id}`);
  return watch.check;
}
