// The job of a restore test: which backup it takes, what it reports, and what its backup remembers of it.
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import type { Backup } from '../../src/backup-store/backup.ts';
import { setFile, setFolder } from '../../src/backup-store/set-files.ts';
import { openDatabase } from '../../src/core/db/open.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { lookTwice, readPlaces } from '../support/checks.ts';
import { textOf } from '../support/screen.ts';
import { makeSet } from '../support/sets.ts';
import { makeFolder } from '../support/folder.ts';

const older = { id: '20261101T020000Z-7', at: '2026-11-01T02:00:00.000Z' };
const newer = { id: '20261108T020000Z-8', at: '2026-11-08T02:00:00.000Z' };

async function add(app: TestApp, made: { id: string; at: string }): Promise<Backup> {
  const set = await makeSet(app.config, made);
  app.parts.backups.add(set);
  return set;
}

async function startWithLibrary(t: Parameters<typeof startApp>[0]) {
  const app = await startApp(t);
  await app.run('import', { mode: 'replace' });
  await app.run('index');
  return app;
}

t.test(
  'a test proves the newest backup that is not proven, then an older one, then the newest again',
  async (t) => {
    const app = await startWithLibrary(t);
    const refused = await app.json('/api/v1/operations/drill', {});
    t.match([refused.status, refused.body.error.code], [409, 'wrong_state']);
    await add(app, older);
    await add(app, newer);
    const tested: unknown[] = [];
    for (let run = 0; run < 3; run++) {
      const job = await app.run('drill');
      t.match(job, { status: 'succeeded', result: { proof: 'proven' } });
      tested.push(job.result?.backup);
      const backup = app.parts.backups.find(String(job.result?.backup));
      t.match(backup, { proof: 'proven', proof_job: job.number, proof_at: job.finished_at });
      t.equal(backup?.proof_steps.length, 7);
    }
    t.same(tested, [newer.id, older.id, newer.id]);
    const unknown = await app.json('/api/v1/operations/drill', { args: { backup: '20261101T020000Z-9' } });
    t.match([unknown.status, unknown.body.error.details], [422, { problems: [{ field: 'backup' }] }]);
    const named = await app.run('drill', { backup: older.id });
    t.match(named, { status: 'succeeded', result: { backup: older.id } });
    const said = app.parts.catalogue.find('drill')?.outcome(named.result ?? {});
    t.match(said, /Backup of 2026-11-01 02:00 UTC is proven in \d+\.\d s: 20 of 20 entries found/);
  },
);

t.test(
  'a changed byte fails the job and the backup, is a finding, and the older proven one is offered',
  async (t) => {
    const app = await startWithLibrary(t);
    await add(app, older);
    t.match(await app.run('drill'), { status: 'succeeded' });
    const set = await add(app, newer);
    const file = setFile(app.config, set.id, 'ops.db');
    const bytes = fs.readFileSync(file);
    bytes[5000] = (bytes[5000] ?? 0) ^ 1;
    fs.writeFileSync(file, bytes);

    const job = await app.run('drill');
    t.match(job, {
      status: 'failed',
      failure: {
        code: 'bad_input',
        message:
          /^The backup of 2026-11-08 02:00 UTC is damaged\. ops\.db: the SHA-256 is .* instead of .* The backup of 2026-11-01 02:00 UTC is proven\.$/,
        detail: {
          code: 'drill_failed',
          file: 'ops.db',
          step: 'files',
          backup: newer.id,
          instead: { backup: older.id },
        },
      },
    });
    const fault = textOf((await app.page(`/jobs/${job.number}`)).html, `#fault-${job.number}`);
    t.match(fault, /What happened Test failed: The backup of 8 Nov 2026, 02:00 is damaged\./);
    t.match(fault, /What to do If you must restore, take the backup of 1 Nov 2026, 02:00/);
    t.notMatch(fault, /input/i);
    const { body: notice } = await app.json(`/ui/jobs/${job.number}/notice`);
    t.match(notice.text, /^The backup of 8 Nov 2026, 02:00 is damaged/, 'in local time, as on the page');
    t.match(app.parts.backups.find(newer.id), {
      proof: 'failed',
      proof_job: job.number,
      proof_text: /^ops\.db/,
    });
    const { body } = await app.json(`/api/v1/audit?target=backup:${newer.id}`);
    t.match(body.items, [
      { event: 'backup.tested', outcome: 'failed', detail: { after: { proof: 'failed' } } },
    ]);
    await lookTwice(app);
    const places = await readPlaces(app);
    for (const text of [places.page, places.banner, places.doctor, places.findings])
      t.match(text, 'A backup failed its test');
    t.match(places.health.components.backup, { status: 'degraded', detail: /A backup failed its test/ });
    t.equal(app.parts.findings.open().filter(({ subject }) => subject === 'failed').length, 1);

    bytes[5000] ^= 1;
    fs.writeFileSync(file, bytes);
    t.match(await app.run('drill'), { status: 'succeeded', result: { backup: newer.id } });
    await lookTwice(app);
    t.notMatch((await readPlaces(app)).banner, 'A backup failed its test');
  },
);

t.test('a test that ended while nobody looked is recorded by the next start, once', async (t) => {
  const root = makeFolder(t);
  const app = await startApp(t, { root });
  await app.run('import', { mode: 'replace' });
  await add(app, older);
  app.parts.drillWatch.stop();
  const job = await app.run('drill');
  t.match(app.parts.backups.find(older.id), { proof: 'none' });
  const left = path.join(root, 'tmp/.drill-left.partial');
  fs.mkdirSync(path.join(left, 'index'), { recursive: true });
  await app.close();

  for (let start = 0; start < 2; start++) {
    const next = await startApp(t, { root });
    t.match(next.parts.backups.find(older.id), { proof: 'inconclusive', proof_job: job.number });
    const { body } = await next.json(`/api/v1/audit?target=backup:${older.id}`);
    t.equal(body.items.length, 1);
    t.notOk(fs.existsSync(left), 'the folder of a killed test is gone');
    await next.close();
  }

  const ops = openDatabase(path.join(root, 'ops.db'), { busyMs: 1000 });
  ops.exec(`UPDATE backup SET proof = 'proven', proof_job = 999, proof_at = '2026-11-01T03:00:00.000Z'`);
  ops.close();
  const restored = await startApp(t, { root });
  t.match(
    restored.parts.backups.find(older.id),
    { proof: 'inconclusive', proof_job: job.number },
    'in a history whose numbers began anew, the later test counts',
  );
});

t.test('a cancelled test proves nothing and leaves nothing; so does one whose backup vanishes', async (t) => {
  const app = await startWithLibrary(t);
  await add(app, older);
  const { body } = await app.json('/api/v1/operations/drill', {});
  await app.whenJob(body.number, 'running');
  await app.json(`/api/v1/operations/jobs/${body.number}/cancel`, {});
  t.match(await app.whenJob(body.number), { status: /cancelled|succeeded/ });
  fs.rmSync(setFolder(app.config, older.id), { recursive: true });
  fs.mkdirSync(setFolder(app.config, newer.id));
  const job = await app.run('drill', {});
  t.match(job, {
    status: 'failed',
    failure: { message: /^There is no backup to test\./, detail: { code: 'no_backup' } },
  });
  t.not(app.parts.backups.find(older.id)?.proof, 'failed');
  const tmp = path.join(app.root, 'tmp');
  t.same(fs.existsSync(tmp) ? fs.readdirSync(tmp) : [], [], 'the first one may have been stopped before it');
});
