// The pages of backups, and what other pages say about them.
import '../support/plain-children.ts';
import fs from 'node:fs';
import t, { type Test } from 'tap';
import { startApp } from '../support/app.ts';
import { addBackup, placeOf, proven, setName, step } from '../support/backups.ts';
import { endJob, insertJob } from '../support/job-repository.ts';
import { as, startWithRoles } from '../support/roles.ts';
import { textOf } from '../support/screen.ts';
import { openStream } from '../support/stream.ts';

const now = new Date('2026-11-28T14:08:00.000Z');
const start = (t: Test) => startApp(t, { now: () => now, env: { CHL_OPERATIONS_MODE: 'noop' } });
const day = (number: number) => `2026-11-${String(number).padStart(2, '0')}T02:00:00.000Z`;

t.test('while nothing is set up, the page offers both schedules in one click', async (t) => {
  const app = await start(t);
  const { html } = await app.page('/backups');
  t.match(textOf(html, '#backup-list'), 'Nothing is backed up but the copy before each import');
  t.match(textOf(html, '#backup-sentence'), 'No schedule. Backups are made only by hand.');
  t.equal(textOf(html, '#set-up-backups'), 'Back up nightly at 02:00, test weekly');
  t.equal(html.querySelector('#h-calendar'), null);
  t.equal(html.querySelector('#test-newest'), null, 'there is nothing to test');
  t.match(html.querySelector('main')?.text, /At most\s*20 GiB/);
  t.match(
    textOf((await app.page('/storage')).html, '#storage-card'),
    /Backups Nothing is backed up .* Not set up/,
  );

  t.equal((await app.submit('/ui/backups/schedules/on', {})).status, 303);
  const { body } = await app.json('/api/v1/schedules');
  const on = body.items.filter(({ is_on }: { is_on: boolean }) => is_on);
  t.match(
    on.map(({ operation, cron }: { operation: string; cron: string }) => [operation, cron]),
    [
      ['backup', '0 2 * * *'],
      ['drill', '30 3 * * 0'],
    ],
  );
  const after = (await app.page('/backups')).html;
  t.match(textOf(after, '#backup-sentence'), 'Backed up every day at 02:00, tested every Sunday at 03:30.');
  t.equal(after.querySelector('#set-up-backups'), null);
  t.match(textOf(after, '#backup-list'), 'No backup yet');
});

t.test(
  'a schedule that a person has removed is added again, and one that is on stays as it is',
  async (t) => {
    const app = await start(t);
    const schedule = { operation: 'backup', cron: '15 4 * * *', is_on: true };
    await fetch(`${app.origin}/api/v1/schedules/early`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(schedule),
    });
    await fetch(`${app.origin}/api/v1/schedules/drill`, { method: 'DELETE' });
    t.equal(textOf((await app.page('/backups')).html, '#set-up-backups'), 'Test weekly');
    await app.submit('/ui/backups/schedules/on', {});
    const { html } = await app.page('/backups');
    t.match(textOf(html, '#backup-sentence'), 'Backed up every day at 04:15, tested every Sunday at 03:30.');
  },
);

t.test('the list says of each backup what the square of its day says', async (t) => {
  const app = await start(t);
  addBackup(app, day(26), proven);
  addBackup(app, day(27), { ...proven, proof: 'failed', proof_text: 'library.db differs.' });
  addBackup(app, day(28));
  addBackup(app, '2026-11-28T09:00:00.000Z', { kind: 'before_import', job: 3 });
  const { html } = await app.page('/backups');
  const squares = html.querySelectorAll('.cal g title').map(({ text }) => text);
  t.equal(squares.filter((text) => text.endsWith('no backup')).length, 87);
  for (const text of [
    '26 Nov: proven by a restore',
    '27 Nov: made, its test failed',
    '28 Nov: made, not tested',
  ])
    t.ok(squares.includes(text), text);
  t.match(
    html.querySelector('.cal')?.getAttribute('aria-label') ?? '',
    /made on 3, of which 1 proven and 1 failed/,
  );
  t.match(textOf(html, `#backup-${setName(day(26))}`), /Full Proven .* Newest proven: retention keeps it/);
  t.match(textOf(html, `#backup-${setName(day(27))}`), /Test failed .* with index library\.db differs\./);
  t.match(textOf(html, `#backup-${setName(day(28))}`), /Not tested/);
  t.equal(html.querySelectorAll('#backup-list tbody tr').length, 4);
  const copies = (await app.page('/backups?kind=before_import')).html;
  t.match(
    textOf(copies, '#backup-list tbody'),
    /Before job #3 Not tested 6 bytes Made by the job; its undo uses it/,
  );
  t.equal(textOf(copies, '.chips [aria-current]'), 'Before an import 1');
  t.equal(copies.querySelector('tbody form'), null, 'no test could prove it');
  const copy = (await app.page(copies.querySelector('tbody a.name')?.getAttribute('href') ?? '')).html;
  t.equal(copy.querySelector('#test-backup'), null);
  t.match(textOf(copy, '[aria-labelledby=h-proof]'), /Cannot be proven .* no test can tell whether/);
  const { html: form } = await app.page('/ui/operations/drill/confirm');
  t.match(textOf(form, '#arg-backup'), /Copy of 28 Nov 2026, 09:00: made before a job, cannot be proven/);
});

t.test('the row of the hub offers the next step towards a proven backup', async (t) => {
  const app = await startWithRoles(t, start);
  const action = async (role: 'admin' | 'viewer' = 'admin') =>
    (await app.page('/storage', as(role))).html.querySelector('#act-backups');
  t.match((await action())?.getAttribute('href'), /\/backups$/);
  t.equal((await action())?.text.trim(), 'Set up backups');
  const { id } = addBackup(app, day(26));
  t.equal((await action())?.text.trim(), 'Test newest');
  const form = (await action())?.closest('form');
  t.match(form?.getAttribute('action'), /\/ui\/operations\/run\/drill$/);
  t.equal(form?.querySelector('[name=backup]')?.getAttribute('value'), id);
  t.equal((await action('viewer'))?.getAttribute('aria-disabled'), 'true');
  const job = insertJob(app.parts.repository, { operation: 'drill', args: { backup: id } });
  t.equal((await action())?.text.trim(), `Testing: #${job.number}`);
  t.match((await action('viewer'))?.getAttribute('href'), `/jobs/${job.number}`);
  endJob(app.parts.repository, job, 'succeeded');
  const unclear = addBackup(app, day(27), { proof: 'inconclusive', proof_text: 'There was no room.' });
  t.equal((await action())?.text.trim(), 'Test newest', 'its test has shown nothing');
  const again = (await action())?.closest('form');
  t.equal(again?.querySelector('[name=backup]')?.getAttribute('value'), unclear.id);
  addBackup(app, day(28), proven);
  t.equal((await action())?.text.trim(), 'Back up now');
  const check = (await app.page('/storage', as('admin'))).html.querySelector('#act-databases');
  t.equal(check?.text.trim(), 'Check… chl.db');
  t.match(check?.getAttribute('hx-get'), /database\/confirm\?database=library&(amp;)?do=check$/);
});

t.test('a long list is cut into pages', async (t) => {
  const app = await start(t);
  for (let hour = 0; hour < 23; hour++)
    addBackup(app, `2026-11-20T${String(hour).padStart(2, '0')}:00:00.000Z`);
  const { html } = await app.page('/backups');
  t.equal(html.querySelectorAll('#backup-list tbody tr').length, 20);
  const older = html.querySelector('a[rel=next]')?.getAttribute('href') ?? '';
  t.equal((await app.page(older)).html.querySelectorAll('#backup-list tbody tr').length, 3);
  for (let wanted = 0; wanted < 5; wanted++) insertJob(app.parts.repository, { operation: 'backup' });
  const waiting = textOf((await app.page('/backups')).html, '[aria-labelledby=h-backups]');
  t.match(waiting, /Waits as job #1 .* Waits as job #3 2 more jobs wait/);
});

t.test('the page of a backup shows its test, its files, and why it is not deleted', async (t) => {
  const app = await start(t);
  const backup = addBackup(app, day(26), { ...proven, job: 7 });
  const { html } = await app.page(`/backups/${backup.id}`);
  t.match(textOf(html, 'h1'), /Backup of 26 Nov, 02:00 Proven/);
  t.match(textOf(html, '#backup .steps'), /passed: Files Files as it should be 0\.3 s/);
  t.match(textOf(html, '#backup table'), /library\.db 11 bytes .* manifest\.json/);
  t.match(textOf(html, '#why-kept'), 'The only proven backup cannot be deleted. Test another one first.');
  t.match(textOf(html, '#backup .kv ~ *, #backup .side'), /Library 72 entries, revision 0/);
  fs.rmSync(`${placeOf(app, backup)}/manifest.json`);
  t.match(textOf((await app.page(`/backups/${backup.id}`)).html, '#backup .err'), /manifest\.json/);
  t.equal((await app.page('/backups/none')).status, 404);
});

t.test('a test that failed names the step, and offers the older backup that is proven', async (t) => {
  const app = await start(t);
  addBackup(app, day(19), proven);
  const steps = [step('Files', 'failed'), step('Counts', 'not_reached'), step('Search', 'not_reached')];
  const failed = {
    ...proven,
    proof: 'failed' as const,
    proof_text: 'library.db differs.',
    proof_steps: steps,
  };
  const { id } = addBackup(app, day(26), failed);
  const { html } = await app.page(`/backups/${id}`);
  t.match(textOf(html, '#backup .steps'), /failed: Files .* Not reached 2 further steps/);
  t.match(textOf(html, '#backup'), /library\.db differs\. The backup of 19 Nov, 02:00 is proven/);
  const { html: home } = await app.page('/operations');
  t.match(textOf(home, '#outlook-card .fact.warn'), /^Backup .*, its test failed$/);
  t.match(textOf((await app.page('/storage')).html, '#storage-card'), /failed its test\. .* Test failed/);
});

t.test('a backup is kept by a dialog, released by a button, and deleted with a word', async (t) => {
  const app = await start(t);
  const { id } = addBackup(app, day(26));
  addBackup(app, day(27));
  t.equal((await app.submit(`/ui/backups/${id}/keep`, { note: 'before the change' })).status, 303);
  const kept = (await app.page(`/backups/${id}`)).html;
  t.match(textOf(kept, '#why-kept'), 'This backup is kept. Release it first, then delete it.');
  t.match(textOf((await app.page('/backups')).html, `#backup-${id}`), 'Kept: before the change');
  await app.submit(`/ui/backups/${id}/release`, {});
  const refused = await app.submit(`/ui/backups/${id}/remove`, { reason: 'too old now', confirm: 'remove' });
  t.equal(refused.status, 422);
  t.match(await refused.text(), 'Type delete to confirm');
  const removed = await app.submit(`/ui/backups/${id}/remove`, { reason: 'too old now', confirm: 'delete' });
  t.equal(removed.headers.get('location'), '/backups');
  t.equal((await app.page(`/backups/${id}`)).status, 404);
});

t.test('those who may not change backups see locked buttons', async (t) => {
  const app = await startWithRoles(t, start);
  const { id } = addBackup(app, day(26));
  addBackup(app, day(27));
  const { html } = await app.page(`/backups/${id}`, as('viewer'));
  for (const name of ['download-backup', 'keep-backup', 'remove-backup', 'test-backup'])
    t.equal(html.querySelector(`#${name}`)?.getAttribute('aria-disabled'), 'true', name);
  const empty = await startWithRoles(t, start);
  const setUp = (await empty.page('/backups', as('operator'))).html.querySelector('#set-up-backups');
  t.equal(setUp?.getAttribute('aria-disabled'), 'true');
  t.equal((await empty.submit('/ui/backups/schedules/on', {}, as('operator'))).status, 403);
});

t.test('a backup that appears is shown at once, and its job leads to it', async (t) => {
  const app = await start(t);
  const stream = await openStream(app.origin, '/ui/stream/telemetry?topics=backups,outlook,storage');
  await stream.until(({ event }) => event === 'backups');
  const from = stream.events.length;
  const job = insertJob(app.parts.repository, { operation: 'drill', args: { backup: setName(day(27)) } });
  endJob(app.parts.repository, job, 'succeeded');
  addBackup(app, day(27));
  await stream.until(({ event }) => event === 'backups', from);
  await stream.until(({ event, data }) => event === 'outlook' && data.includes('not tested'), from);
  await stream.until(({ event, data }) => event === 'storage' && data.includes('not tested'), from);
  stream.close();
  const { html } = await app.page(`/jobs/${job.number}`);
  t.match(textOf(html, '[aria-labelledby=h-backup]'), /Backup Tested Not tested Backup of 27 Nov, 02:00/);
  const failing = insertJob(app.parts.repository, { operation: 'drill' });
  endJob(app.parts.repository, failing, 'failed');
  addBackup(app, day(26), { ...proven, proof: 'failed', proof_job: failing.number });
  const { html: failed } = await app.page(`/jobs/${failing.number}`);
  t.match(textOf(failed, '[aria-labelledby=h-backup]'), /Backup Tested Test failed Backup of 26 Nov, 02:00/);
  const { body } = await app.json('/api/v1/setup');
  const wanted = ({ title }: { title: string }) => title === 'Prove a backup';
  t.match(body.steps.find(wanted), { is_done: false, href: '/backups' });
  addBackup(app, day(28), proven);
  t.match((await app.json('/api/v1/setup')).body.steps.find(wanted), { is_done: true });
});

t.test('no page waits for the disk of the backups on the event loop', async (t) => {
  const app = await start(t);
  const { id } = addBackup(app, day(27), proven);
  fs.cpSync(placeOf(app, { id }), placeOf(app, { id: setName(day(26)) }), { recursive: true });
  const blocking = watchBlocking(t, app.config.backupPath);
  await app.parts.inventory.runOnce();
  const addresses = ['/backups', `/backups/${id}`, `/ui/backups/${id}`, '/storage', '/operations', '/'];
  const files = [`/api/v1/backups/${id}`, `/api/v1/backups/${id}/settings`, `/settings/import?backup=${id}`];
  for (const address of [...addresses, ...files])
    t.ok((await fetch(app.origin + address)).status < 500, address);
  t.strictSame(blocking, []);
});

/** Returns the calls that have read something below the folder while the whole process waited. */
function watchBlocking(t: Test, folder: string): string[] {
  const seen: string[] = [];
  for (const name of [
    'readFileSync',
    'statSync',
    'lstatSync',
    'existsSync',
    'readdirSync',
    'openSync',
  ] as const) {
    const real = fs[name] as (...given: unknown[]) => unknown;
    const watched = (...given: unknown[]) => {
      if (String(given[0]).startsWith(folder)) seen.push(`${name} ${given[0]}`);
      return real(...given);
    };
    Object.assign(fs, { [name]: watched });
    t.teardown(() => Object.assign(fs, { [name]: real }));
  }
  return seen;
}
