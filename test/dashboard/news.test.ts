// News: rows of the audit log since the cursor of a browser.
import '../support/plain-children.ts';
import t from 'tap';
import { systemRequester } from '../../src/core/audit.ts';
import { checks } from '../../src/checks/feature.ts';
import type { Found } from '../../src/core/check.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { textOf } from '../support/screen.ts';
import { openStream } from '../support/stream.ts';

let app: TestApp;

t.before(async () => {
  app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
});

const note = (
  event: string,
  target: string,
  detail: Record<string, unknown>,
  outcome: 'ok' | 'failed' = 'ok',
) => app.audit.record({ event, target, detail, outcome, by: systemRequester });

const found = (id: number, transition: string, more: object = {}) =>
  note(transition === 'recovered' ? 'finding.cleared' : 'finding.opened', `finding:${id}`, {
    ...{ transition, severity: 'error', title: `Trouble ${id}` },
    ...more,
  });

const newsSince = async (since: number, query = '') =>
  (await app.json(`/api/v1/news?since=${since}${query}`)).body;

const newestId = async () => (await newsSince(0)).newest_id as number;

/** A browser with a cursor of its own. */
function openBrowser() {
  const jar = new Map<string, string>();
  const headers = () => ({ cookie: [...jar].map((pair) => pair.join('=')).join('; ') });
  const keep = (answer: Response) => {
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      jar.set(name, value);
    }
    return answer;
  };
  const get = async (path: string) => keep(await fetch(app.origin + path, { headers: headers() }));
  return {
    jar,
    visit: async () => void (await get('/operations')),
    read: async () => (await get('/ui/operations/news')).text(),
    async see(html: string, more: Record<string, string> = {}) {
      const through = /name="through" value="(\d+)"/.exec(html)?.[1] ?? '';
      return keep(await app.submit('/ui/operations/news/seen', { through }, { ...headers(), ...more }));
    },
  };
}

t.test('only what began or is over is news, one sentence for each thing', async (t) => {
  const since = await newestId();
  found(901, 'first');
  found(902, 'first', { severity: 'warning' });
  found(902, 'again');
  found(903, 'first');
  found(903, 'recovered');
  note('incident.opened', 'incident:7', { transition: 'first' });
  note('incident.mitigated', 'incident:7', { transition: 'recovered' });
  note('incident.entry_added', 'incident:7', {});
  note('schedule.missed', 'schedule:nightly', { transition: 'first', ticks: 3 }, 'failed');
  note('backup.tested', 'backup:20261128', {}, 'failed');
  note('backup.changed', 'backup:20261128', { before: {}, after: {} });
  note('job.finished', 'job:999', { status: 'succeeded' });
  note('checks.run', 'checks', { transition: 'first' });
  const { items, more, is_whole, newest_id } = await newsSince(since);
  t.strictSame(
    items.map(({ sentence }: { sentence: string }) => sentence),
    [
      'Backup 20261128 failed its restore test.',
      'Schedule nightly missed 3 due times.',
      'Incident #7 mitigated.',
      'Trouble 903: began, and is over.',
      'Trouble 902.',
      'Trouble 901.',
    ],
  );
  t.match(items[3], { transition: 'recovered', rows: 2, event: 'finding.cleared', target: 'finding:903' });
  t.match({ more, is_whole }, { more: 0, is_whole: true });
  t.equal((await newsSince(newest_id)).items.length, 0);
  const two = await newsSince(since, '&limit=2');
  t.match(two, { more: 6, items: { length: 2 } });
});

t.test('a job that failed and works again is one sentence', async (t) => {
  const since = await newestId();
  const { number: bad } = await app.run('index');
  const { number: good } = await app.run('index');
  note('job.finished', `job:${bad}`, { status: 'failed', transition: 'first' }, 'failed');
  const failed = (await newsSince(since)).items[0];
  t.match(failed, { sentence: `Rebuild index #${bad} failed.`, href: `/jobs/${bad}`, transition: 'first' });
  note('job.finished', `job:${good}`, { status: 'succeeded', transition: 'recovered' });
  const { items } = await newsSince(since);
  t.match(items, [{ sentence: `Rebuild index #${good} is done, #${bad} had failed.`, rows: 2 }]);
});

t.test('a muted finding is no news, nor is one that a maintenance window explains', async (t) => {
  const since = await newestId();
  found(904, 'first', { in_window: 3 });
  found(904, 'recovered');
  found(905, 'recovered');
  const told = (await newsSince(since)).items.map(({ sentence }: { sentence: string }) => sentence);
  t.strictSame(told, ['Trouble 905: over.']);
  const { findings } = app.use(checks);
  const one: Found = { subject: 'one', severity: 'error', title: 'Full', text: 'Full.', stops: [] };
  findings.take({ check_id: 'a-test', component: 'disk', opensAt: 'first' }, [one]);
  findings.save();
  t.match((await newsSince(since)).items[0], { sentence: 'Full.' });
  const open = findings.open().find(({ title }) => title === 'Full');
  findings.replace({ ...(open as NonNullable<typeof open>), muted_until: 'change' }, () => {});
  t.notMatch((await newsSince(since)).items[0], { sentence: 'Full.' });
});

t.test('trouble that is back is open, and is told only with its beginning or its end', async (t) => {
  const since = await newestId();
  const told = async (from: number) => {
    const { items, more } = await newsSince(from);
    t.equal(more, 0);
    return items.map(({ sentence }: { sentence: string }) => sentence);
  };
  found(960, 'first');
  found(960, 'recovered');
  found(960, 'again');
  const incident = (word: string, transition: string) =>
    note(`incident.${word}`, 'incident:8', { transition });
  incident('opened', 'first');
  incident('mitigated', 'recovered');
  incident('reopened', 'again');
  const expected = ['Incident #8 opened again.', 'Trouble 960: is back.'];
  t.strictSame(await told(since), expected);
  const { items } = await newsSince(since);
  t.match(items, [
    { event: 'incident.reopened', transition: 'again', rows: 3 },
    { event: 'finding.opened', transition: 'again', rows: 3, href: '/checks#finding-960' },
  ]);
  const behind = await newestId();
  found(960, 'again');
  incident('reopened', 'again');
  t.strictSame(await told(behind), [], 'it was open already');
  found(960, 'recovered');
  t.strictSame(await told(behind), ['Trouble 960: over.']);
  t.match((await told(since))[0], 'Trouble 960: began, and is over.');
});

t.test('a maintenance window also explains the end of what began before the cursor', async (t) => {
  found(961, 'first', { in_window: 3 });
  const since = await newestId();
  found(961, 'recovered');
  t.strictSame((await newsSince(since)).items, []);
  found(961, 'again');
  t.match((await newsSince(since)).items, [{ sentence: 'Trouble 961: is back.' }], 'after the window');
});

t.test('a backup that retention removes is no news, one that vanishes is', async (t) => {
  const since = await newestId();
  note('backup.gone', 'backup:20261101', { expired: true });
  note('backup.gone', 'backup:20261102', {});
  const { items } = await newsSince(since);
  t.strictSame(
    items.map(({ sentence }: { sentence: string }) => sentence),
    ['Backup 20261102 is gone.'],
  );
});

t.test('each browser has a cursor, which moves to what was shown', async (t) => {
  const [ada, bob] = [openBrowser(), openBrowser()];
  await Promise.all([ada.visit(), bob.visit()]);
  t.equal((await ada.read()).trim(), '', 'a first visit has no news');
  found(910, 'first');
  const shown = await ada.read();
  t.match(shown, /Trouble 910/);
  found(911, 'first');
  const after = await ada.see(shown, { 'hx-request': 'true' });
  const left = await after.text();
  t.match(left, /Trouble 911/, 'what came since is still news');
  t.notMatch(left, /Trouble 910/);
  t.match(await bob.read(), /Trouble 910/, 'the other browser has seen nothing');

  await t.test('an older answer does not move it back, and a newer row cannot be seen', async (t) => {
    await ada.see(left);
    t.equal((await ada.read()).trim(), '');
    await ada.see(shown);
    t.equal((await ada.read()).trim(), '', 'a tab with an older state');
    const [name = ''] = [...ada.jar.keys()].filter((one) => one.startsWith('chl_news_'));
    t.equal(name, `chl_news_${new URL(app.origin).port}`);
    await ada.see('name="through" value="99999999"');
    found(912, 'first');
    t.match(await ada.read(), /Trouble 912/);
    ada.jar.set(name, '99999999');
    t.equal((await ada.read()).trim(), '', 'a cursor beyond the log is a first visit');
  });

  await t.test('the button works without scripts', async (t) => {
    const answer = await bob.see(await bob.read());
    t.match([answer.status, answer.headers.get('location')], [303, '/operations']);
    t.equal((await bob.read()).trim(), '');
  });
});

t.test('eight are shown, the others are counted and lead to the audit', async (t) => {
  const browser = openBrowser();
  await browser.visit();
  for (let id = 920; id < 932; id += 1) found(id, 'first');
  const html = await browser.read();
  t.equal(html.match(/class="fact bad"/g)?.length, 8);
  t.match(html, /href="\/audit\?since=20[^"]+">and 4 more</);
});

t.test('at most the newest 2,000 rows are read', async (t) => {
  const since = await newestId();
  found(940, 'first');
  app.ops.transaction(() => {
    for (let row = 0; row < 2000; row += 1) note('test.row', 'audit', {});
  })();
  t.match(await newsSince(since), { items: [], is_whole: false });
  const browser = openBrowser();
  await browser.visit();
  const [name = ''] = [...browser.jar.keys()].filter((one) => one.startsWith('chl_news_'));
  browser.jar.set(name, String(since));
  found(941, 'first');
  t.match(await browser.read(), /Trouble 941[\s\S]*>older rows</);
});

t.test('the stream says that there is news, without HTML, also by default', async (t) => {
  const stream = await openStream(app.origin, '/ui/stream/telemetry');
  t.teardown(stream.close);
  await stream.until(({ event }) => event === 'tick');
  note('test.row', 'audit', {});
  found(950, 'first');
  const id = await newestId();
  const { data } = await stream.until((one) => one.event === 'news' && one.data.trim() === String(id));
  t.notMatch(data, '<');
});

t.test('outlook and news are lines of one card, which is hidden without either', async (t) => {
  t.match(textOf((await app.page('/operations')).html, '#outlook-card'), /^Outlook .*checks pass/);
  app.outlook().splice(0);
  const { html } = await app.page('/operations');
  t.ok(html.querySelector('.card.lines > #outlook-card'));
  t.match(html.querySelector('.card.lines > #news')?.getAttribute('hx-trigger'), 'sse:news');
  t.equal(html.querySelector('.card.lines .line-card'), null);
  t.equal(textOf(html, '.card.lines'), '');
});
