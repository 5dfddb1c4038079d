import t, { type Test } from 'tap';
import { openDatabase } from '../../src/core/db/open.ts';
import type { Sample } from '../../src/core/db/metrics.ts';
import { startApp } from '../support/app.ts';
import { addCategory, addExperience } from '../support/entries.ts';

const MiB = 1024 * 1024;

/** A server; `show` renders the banners for an amount of free disk space. */
async function startWithEntries(t: Test, entries: number) {
  const app = await startApp(t, { env: { CHL_TELEMETRY_INTERVAL_SEC: '3600' } });
  const { parts } = app;
  const { latest } = parts.telemetry;
  const library = openDatabase(parts.config.databasePath, { busyMs: 1000 });
  t.teardown(() => library.close());
  addCategory(library, 'GEN');
  for (let number = 0; number < entries; number++) addExperience(library, `E${number}`);
  await parts.telemetry.runOnce();
  return {
    app,
    library,
    async show(diskFreeBytes = 9000 * MiB) {
      parts.telemetry.latest = () => ({ ...latest(), disk_free_bytes: diskFreeBytes }) as Sample;
      // A finding clears after two looks.
      await parts.checker.runOnce();
      await parts.checker.runOnce();
      const { html } = await app.page('/ui/operations/banners');
      return html;
    },
  };
}

t.test('a disk that fills up is a warning first, and an error once jobs are refused', async (t) => {
  const { show } = await startWithEntries(t, 1);
  t.equal((await show()).querySelectorAll('.banner').length, 0);
  const low = await show(511 * MiB);
  t.equal(low.querySelector('.banner.warn h2')?.text, 'Jobs will soon be refused: the disk is nearly full');
  t.equal((await show(400 * MiB)).toString(), low.toString(), 'the words do not change with each byte');
  t.match((await show(MiB)).querySelector('.banner.bad')?.text, /No new jobs start.*Free some space/s);
});

t.test('an index far behind is shown with the next step until it is rebuilt', async (t) => {
  const { app, library, show } = await startWithEntries(t, 20);
  const none = await show();
  t.equal(none.querySelector('.banner h2')?.text, 'Search finds nothing: there is no index yet');
  t.same(
    none.querySelectorAll('.banner a').map((link) => link.getAttribute('href')),
    ['/ui/operations/index/confirm', '/runbooks/index-broken', '/checks'],
  );
  await app.run('index');
  await app.parts.liveIndex.refresh();
  t.equal((await show()).querySelectorAll('.banner').length, 0);
  for (let number = 0; number < 9; number++) addExperience(library, `N${number}`);
  await app.parts.telemetry.runOnce();
  t.equal((await show()).querySelectorAll('.banner').length, 0, 'nine are the usual state');
  addExperience(library, 'N9');
  await app.parts.telemetry.runOnce();
  t.match(
    (await show()).querySelector('.banner')?.text,
    /Search misses at least 10% of the library.*Repair the index/s,
  );
});

t.test('several problems are one banner with a list, worst first', async (t) => {
  const { show } = await startWithEntries(t, 20);
  const html = await show(MiB);
  t.equal(html.querySelectorAll('.banner').length, 1);
  t.equal(html.querySelector('.banner.bad h2')?.text, '2 problems need you');
  t.same(
    html.querySelectorAll('li b').map((title) => title.text),
    ['No new jobs start: the disk is full.', 'Search finds nothing: there is no index yet.'],
  );
  t.same(
    html.querySelectorAll('li a').map((link) => link.getAttribute('href')),
    ['/runbooks/disk-full', '/ui/operations/index/confirm', '/runbooks/index-broken'],
    'each with its own next step',
  );
});
