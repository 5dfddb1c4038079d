import '../support/plain-children.ts';
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { startApp } from '../support/app.ts';
import { makeIndexed, toParts } from '../support/snapshots.ts';
import { auditRows, confirmed, leftOver, startIndexed, upload } from '../support/uploads.ts';
import { buildZip } from '../support/zip.ts';
import { makeFolder } from '../support/folder.ts';

t.test(
  'while a rebuild holds the lock the upload is staged, and its installation is refused or waits',
  async (t) => {
    const app = await startIndexed(t);
    const valid = buildZip(toParts(app.members));
    await app.parts.runner.stop(0);
    await app.json('/api/v1/operations/index', {});
    const refused = await upload(app, valid, confirmed);
    t.match(refused, {
      status: 409,
      body: {
        error: { code: 'operation_locked', details: { staged_id: /^[0-9a-f]{8}$/, holder: { number: 1 } } },
      },
    });
    const { staged_id } = refused.body.error.details;
    const waiting = await app.json('/api/v1/operations/snapshot', {
      args: { staged_id },
      when_locked: 'wait',
      ...confirmed,
    });
    t.match(waiting, { status: 202, body: { status: 'queued' } });
  },
);

t.test('a staged snapshot is removed after an hour, and leftovers of a killed server at start', async (t) => {
  const root = makeFolder(t);
  const { library, members } = await makeIndexed(root);
  library.close();
  const half = path.join(root, 'faiss_index/staged-0a0b0c0d');
  fs.mkdirSync(half);
  fs.mkdirSync(path.join(root, 'uploads'));
  fs.writeFileSync(path.join(root, 'uploads/snapshot-0a0b0c0d.zip'), 'half');
  fs.writeFileSync(path.join(root, 'uploads/mine.xlsx'), 'of a person');
  let now = new Date();
  const app = await startApp(t, { root, now: () => now });
  t.same(leftOver(app), ['mine.xlsx']);
  const { body } = await upload(app, buildZip(toParts(members)));
  await app.parts.uploads.runOnce();
  t.same(leftOver(app), ['mine.xlsx', `staged-${body.staged_id}`]);
  now = new Date(now.getTime() + 3600 * 1000);
  await app.parts.uploads.runOnce();
  t.same(leftOver(app), ['mine.xlsx']);
  const late = await app.json('/api/v1/operations/snapshot', {
    args: { staged_id: body.staged_id },
    ...confirmed,
  });
  t.match(late, { status: 422, body: { error: { message: /no longer staged/ } } });
});

t.test('a staged snapshot can be discarded on the page, with and without htmx, and by the API', async (t) => {
  const app = await startIndexed(t);
  const valid = buildZip(toParts(app.members));
  const stage = async () => (await upload(app, valid)).body.staged_id as string;
  const htmx = { 'hx-request': 'true', 'hx-current-url': `${app.origin}/operations` };

  const first = await stage();
  const { html } = await app.page('/operations');
  const form = html.querySelector('form[action="/ui/index/discard"]');
  t.equal(form?.querySelector('input[name="staged_id"]')?.getAttribute('value'), first);
  t.match(form?.querySelector('button')?.textContent, /^Discard set\.zip$/);
  const plain = await app.submit('/ui/index/discard', { staged_id: first });
  t.equal(plain.status, 303);
  t.same(leftOver(app), []);

  const second = await stage();
  const fragment = await app.submit('/ui/index/discard', { staged_id: second }, htmx);
  t.equal(fragment.status, 200);
  t.equal(fragment.headers.get('hx-retarget'), '#ops-index-card');
  t.notMatch(await fragment.text(), /is ready to install/);
  t.same(leftOver(app), []);

  const third = await stage();
  const place = '/api/v1/index/snapshot/discard';
  const answer = await app.json(place, { staged_id: third });
  t.match(answer, { status: 200, body: { staged_id: third, file_name: 'set.zip' } });
  t.same(leftOver(app), []);
  t.match(await app.json(place, { staged_id: third }), {
    status: 404,
    body: { error: { message: /no longer staged/ } },
  });
  t.equal((await app.json(place, {})).status, 422);
  t.match(
    auditRows(app, 'snapshot.discard'),
    [first, second, third].map((staged_id) => ({ outcome: 'ok', target: 'set.zip', detail: { staged_id } })),
  );
});

t.test('a snapshot cannot be discarded while a job installs it', async (t) => {
  const app = await startIndexed(t);
  const { staged_id } = (await upload(app, buildZip(toParts(app.members)))).body;
  await app.parts.runner.stop(0);
  const { body: job } = await app.json('/api/v1/operations/snapshot', { args: { staged_id }, ...confirmed });
  const refused = await app.json('/api/v1/index/snapshot/discard', { staged_id });
  t.match(refused, { status: 409, body: { error: { code: 'operation_locked', message: /Job #1 / } } });
  t.same(leftOver(app), [`staged-${staged_id}`]);
  t.match(auditRows(app, 'snapshot.discard'), [{ outcome: 'refused', detail: { job: job.number } }]);
});
