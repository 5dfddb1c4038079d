import '../support/plain-children.ts';
import { once } from 'node:events';
import http from 'node:http';
import path from 'node:path';
import t from 'tap';
import { startApp } from '../support/app.ts';
import { hashTree, memberStem, openFiles, toParts } from '../support/snapshots.ts';
import { auditRows, confirmed, leftOver, startIndexed, upload } from '../support/uploads.ts';
import { buildZip } from '../support/zip.ts';

t.test('a download is the live index as a ZIP that can be uploaded again', async (t) => {
  const app = await startIndexed(t);
  const answer = await fetch(`${app.origin}/api/v1/index/snapshot`);
  const zip = Buffer.from(await answer.arrayBuffer());
  t.equal(answer.status, 200);
  t.equal(answer.headers.get('content-type'), 'application/zip');
  t.equal(Number(answer.headers.get('content-length')), zip.length, 'the length is known beforehand');
  const day = new Date().toISOString().slice(0, 4);
  t.match(
    answer.headers.get('content-disposition'),
    new RegExp(`^attachment; filename="chl-index-chl_built-in-384-4-${day}-\\d\\d-\\d\\d\\.zip"$`),
  );
  t.match(auditRows(app, 'snapshot.download'), [
    { outcome: 'ok', target: app.parts.liveIndex.indexState().generation, detail: { bytes: zip.length } },
  ]);
  const head = await fetch(`${app.origin}/ui/index/download`, { method: 'HEAD' });
  t.equal(head.status, 200);
  t.equal(Number(head.headers.get('content-length')), zip.length);
  t.equal(auditRows(app, 'snapshot.download').length, 1, 'HEAD downloads nothing');

  const staged = await upload(app, zip);
  t.equal(staged.status, 202);
  t.match(staged.body, {
    staged_id: /^[0-9a-f]{8}$/,
    manifest: { model: 'chl/built-in-384', dimension: 384, count: 4 },
    coverage: { entries: 4, covered: 4, stale: 0, missing: 0, orphans: 0 },
  });
  t.match(auditRows(app, 'snapshot.upload'), [{ outcome: 'ok', target: 'set.zip', detail: { count: 4 } }]);
  const run = { args: { staged_id: staged.body.staged_id }, ...confirmed };
  const { body } = await app.json('/api/v1/operations/snapshot', run);
  const job = await app.whenJob(body.number);
  t.match(job, { status: 'succeeded', result: { vectors: 4, coverage: { covered: 4 } } });
  t.same(leftOver(app), []);
});

t.test(
  'with reason and word an upload is installed before the answer, then rolled back and forward',
  async (t) => {
    const app = await startIndexed(t);
    const first = app.parts.liveIndex.indexState().generation;
    const { status, body, headers } = await upload(app, buildZip(toParts(app.members)), confirmed);
    t.equal(status, 201);
    const previous = { generation: first, words_problem: null };
    t.match(body.index, { state: 'ready', vectors: 4, words_problem: null, previous });
    t.equal(headers.get('location'), `/api/v1/operations/jobs/${body.job_id}`);
    const second = body.index.generation;
    t.not(second, first);
    const found = await app.json('/api/v1/search?q=title');
    t.equal(found.body.generation, second, 'it answers searches');
    const byWords = await app.json('/api/v1/search?q=E2&mode=words');
    t.match(byWords.body, { generation: second, hits: [{ entity_id: 'E2', because: 'words' }] });

    const withBackup = await fetch(`${app.origin}/api/v1/index/snapshot`, { method: 'HEAD' });
    const without = await fetch(`${app.origin}/api/v1/index/snapshot?backup=0`, { method: 'HEAD' });
    const length = ({ headers }: Response) => Number(headers.get('content-length'));
    t.ok(length(withBackup) > length(without) + app.members.index.length, 'the backup is another index');

    t.match(await app.run('rollback'), {
      status: 'succeeded',
      result: { generation: first, previous: second },
    });
    await app.parts.liveIndex.refresh();
    t.match(app.parts.liveIndex.indexState(), { generation: first, previous: { generation: second } });
    t.match(await app.run('rollback'), {
      status: 'succeeded',
      result: { generation: second, previous: first },
    });
    await app.parts.liveIndex.refresh();
    t.equal(app.parts.liveIndex.indexState().generation, second);
  },
);

t.test('the form of the page leads to the dialog, with and without htmx', async (t) => {
  const app = await startIndexed(t);
  const valid = buildZip(toParts(app.members));
  const place = '/ui/index/upload';
  const fragment = await upload(
    app,
    valid,
    {},
    { place, headers: { 'hx-request': 'true', accept: 'text/html' } },
  );
  t.equal(fragment.status, 200);
  t.equal(fragment.headers.get('hx-retarget'), '#dialog');
  t.match(fragment.text, 'It covers 4 of 4 entries.');
  t.match(fragment.text, 'name="confirm"');
  const plain = await upload(app, valid, {}, { place, headers: { accept: 'text/html' } });
  t.equal(plain.status, 303);
  const page = await app.page(plain.headers.get('location') ?? '');
  t.match(page.text, 'It covers 4 of 4 entries.');
  const refused = await upload(
    app,
    Buffer.from('x'),
    {},
    { place, headers: { 'hx-request': 'true', accept: 'text/html' } },
  );
  t.equal(refused.status, 422);
  t.equal(refused.headers.get('hx-retarget'), '#index-note');
});

t.test('in noop mode an upload is checked and discarded', async (t) => {
  const app = await startIndexed(t, { CHL_OPERATIONS_MODE: 'noop' });
  const before = hashTree(path.join(app.root, 'faiss_index'));
  t.equal((await upload(app, Buffer.from('x'))).status, 422);
  const valid = buildZip(toParts(app.members));
  t.equal((await upload(app, valid)).status, 202);
  t.match(await upload(app, valid, confirmed), { status: 201, body: { index: { vectors: 4 } } });
  t.same(hashTree(path.join(app.root, 'faiss_index')), before);
});

t.test('without an index there is nothing to download and nothing to roll back to', async (t) => {
  const app = await startApp(t);
  t.match(await app.json('/api/v1/index/snapshot'), {
    status: 409,
    body: { error: { code: 'index_missing' } },
  });
  const rollback = await app.json('/api/v1/operations/rollback', { reason: 'a test', confirm: 'rollback' });
  t.match(rollback, { status: 409, body: { error: { code: 'index_missing' } } });
});

t.test('interrupted downloads are audited and keep no file open', async (t) => {
  const app = await startIndexed(t);
  for (let i = 0; i < 20; i++) {
    const request = http.get(`${app.origin}/api/v1/index/snapshot`);
    request.once('error', () => {});
    await once(request, 'response');
    request.destroy();
  }
  while (auditRows(app, 'snapshot.download').length < 20) await fetch(`${app.origin}/health`);
  t.same(openFiles(memberStem), []);
});
