import t from 'tap';
import { disk } from '../../src/disk/feature.ts';
import { createDiskUseRepository } from '../../src/disk/disk-use-repository.ts';
import { describeDays, describeForecast, describeGrowth } from '../../src/disk/web/disk-words.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { textOf } from '../support/screen.ts';

const day = 86_400_000;
const row = async (app: TestApp) => {
  const { body } = await app.json('/api/v1/storage');
  return body.items.find(({ name }: { name: string }) => name === 'Disk');
};

t.test('the card shows each part as a bar, in words and in the API', async (t) => {
  const app = await startApp(t);
  const { body } = await app.json('/api/v1/disk');
  t.match(body, { measured_at: String, is_partial: false, growth: null, full_in_days: null });
  t.ok(body.used_bytes > 0);
  t.equal(body.parts.length, 6);
  t.equal(body.days.length, 6);
  const { html } = await app.page('/storage');
  t.equal(html.querySelectorAll('#disk-card .stackbar rect').length, 6);
  t.match(html.querySelector('#disk-card svg')?.getAttribute('aria-label'), /Databases [\d.]+ [KM]iB/);
  t.match(textOf(html, '#disk-card'), /Databases [\d.]+ [KM]iB/);
  t.match(textOf(html, '#disk-card'), /Growth Known after a day/);
  t.match((await row(app)).sentence, /^[\d.]+ [KM]iB used by CHL, [\d.]+ GiB free\./);
});

t.test('before the first measurement the page says so, and measures', async (t) => {
  const app = await startApp(t);
  const measured = new Promise<void>((resolve) => app.bus.once('disk', resolve));
  t.match(await row(app), { sentence: 'It is being measured.' });
  await measured;
  t.match((await row(app)).sentence, /used by CHL/);
});

t.test('a data folder that cannot be measured is said so', async (t) => {
  const app = await startApp(t);
  const { root } = app.config;
  Object.assign(app.config, { root: '/nowhere' });
  t.match((await app.json('/api/v1/disk')).body, { measured_at: null, parts: [] });
  Object.assign(app.config, { root });
  t.match(await row(app), { sentence: /^It could not be measured; the log/ });
  t.match(textOf((await app.page('/storage')).html, '#disk-card'), /could not be measured/);
});

t.test('hub, card, API and check agree about the end', async (t) => {
  const now = new Date();
  const app = await startApp(t, { now: () => now });
  const { diskUse } = app.use(disk);
  await diskUse.runOnce();
  const use = diskUse.current();
  const free = use?.free_bytes ?? 0;
  const before = new Date(now.getTime() - 2 * day).toISOString().slice(0, 10);
  const grown = { day: before, part: 'logs' as const, bytes: (use?.used_bytes ?? 0) - Math.round(free / 2) };
  createDiskUseRepository(app.ops).save([grown], '2000-01-01');
  await diskUse.runOnce();
  const { body } = await app.json('/api/v1/disk');
  t.match(body, { full_by: 'growth', growth: { days: 2 } });
  t.ok(Math.abs(body.full_in_days - 4) < 0.2, `${body.full_in_days} days`);
  t.match(await row(app), { sentence: /full in about 4 days\.$/, badge: { label: 'Full soon' } });
  t.match(textOf((await app.page('/storage')).html, '#disk-card'), /about 4 days at this rate/);
  for (let look = 0; look < 2; look++) await app.json('/api/v1/checks/run', { check: 'disk-forecast' });
  const findings = await app.json('/api/v1/findings');
  t.ok(
    findings.body.items.some(({ title }: { title: string }) => /full within 7 days/.test(title)),
    'the finding is open',
  );
});

t.test('days and growth are worded', async (t) => {
  t.equal(describeDays(0.4), 'less than a day');
  t.equal(describeDays(1.2), 'about a day');
  t.equal(describeDays(40.2), 'about 40 days');
  t.equal(describeDays(4000), 'more than a year');
  t.equal(describeGrowth({ bytesPerDay: 41 * 2 ** 20, days: 30 }), 'Grew by 41.0 MiB a day over 30 days');
  t.equal(describeGrowth({ bytesPerDay: -2048, days: 1 }), 'Shrank by 2.0 KiB a day over 1 day');
  t.equal(describeGrowth({ bytesPerDay: 0, days: 3 }), 'Did not grow over 3 days');
  t.match(describeForecast(null), /does not shrink/);
  t.match(describeForecast({ days: 3, by: 'free-space' }), /all programs/);
});
