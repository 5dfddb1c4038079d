import '../support/plain-children.ts';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import t, { type Test } from 'tap';
import { openDatabase } from '../../src/db/open.ts';
import { startApp, type TestApp } from '../support/app.ts';
import {
  hashTree,
  makeIndexed,
  memberStem,
  type Members,
  openFiles,
  toParts,
  withIndex,
} from '../support/snapshots.ts';
import { buildZip } from '../support/zip.ts';

const mebibyte = 1024 * 1024;
const confirmed = { reason: 'a test needs it', confirm: 'snapshot' };

/** A server with an index of four entries; uploads of 1 MiB at most. */
async function startIndexed(
  t: Test,
  env: Record<string, string> = {},
): Promise<TestApp & { members: Members }> {
  const root = fs.realpathSync(t.testdir());
  const { library, members } = await makeIndexed(root);
  library.close();
  const app = await startApp(t, { root, env: { CHL_SNAPSHOT_MAX_MB: '1', ...env } });
  return { ...app, members };
}

type Answer = { status: number; body: any; text: string; headers: Headers };

async function upload(
  app: TestApp,
  zip: Buffer,
  fields: Record<string, string> = {},
  { place = '/api/v1/index/snapshot', type = 'application/zip', headers = {} as Record<string, string> } = {},
): Promise<Answer> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('snapshot', new Blob([new Uint8Array(zip)], { type }), 'set.zip');
  const answer = await fetch(app.origin + place, { method: 'POST', body: form, headers, redirect: 'manual' });
  const text = await answer.text();
  const body = answer.headers.get('content-type')?.includes('json') ? JSON.parse(text) : null;
  return { status: answer.status, body, text, headers: answer.headers };
}

type AuditRow = { event: string; outcome: string; target: string | null; detail: Record<string, any> };

function auditRows({ services }: TestApp, event: string): AuditRow[] {
  const ops = openDatabase(services.config.opsDatabasePath, { busyMs: 1000, readonly: true });
  const rows = ops
    .prepare('SELECT event, outcome, target, detail FROM audit WHERE event = ? ORDER BY id')
    .all(event);
  ops.close();
  return (rows as { detail: string }[]).map(
    (row) => ({ ...row, detail: JSON.parse(row.detail) }) as AuditRow,
  );
}

/** Nothing of an upload may be left but what is staged. */
function leftOver({ root }: TestApp): string[] {
  return [
    ...fs.readdirSync(path.join(root, 'uploads')),
    ...fs.readdirSync(path.join(root, 'faiss_index')),
  ].filter((name) => !name.startsWith('gen-') && name !== 'current');
}

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
    { outcome: 'ok', target: app.services.liveIndex.truth().generation, detail: { bytes: zip.length } },
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
  'with reason and word an upload is installed before the answer, and rolled back and forward again',
  async (t) => {
    const app = await startIndexed(t);
    const first = app.services.liveIndex.truth().generation;
    const { status, body, headers } = await upload(app, buildZip(toParts(app.members)), confirmed);
    t.equal(status, 201);
    t.match(body.index, { state: 'ready', vectors: 4, previous: { generation: first } });
    t.equal(headers.get('location'), `/api/v1/operations/jobs/${body.job_id}`);
    const second = body.index.generation;
    t.not(second, first);
    const found = await app.json('/api/v1/search?q=title');
    t.equal(found.body.generation, second, 'it answers searches');

    const withBackup = await fetch(`${app.origin}/api/v1/index/snapshot`, { method: 'HEAD' });
    const without = await fetch(`${app.origin}/api/v1/index/snapshot?backup=0`, { method: 'HEAD' });
    const length = ({ headers }: Response) => Number(headers.get('content-length'));
    t.ok(length(withBackup) > length(without) + app.members.index.length, 'the backup is another index');

    t.match(await app.run('rollback'), {
      status: 'succeeded',
      result: { generation: first, previous: second },
    });
    await app.services.liveIndex.refresh();
    t.match(app.services.liveIndex.truth(), { generation: first, previous: { generation: second } });
    t.match(await app.run('rollback'), {
      status: 'succeeded',
      result: { generation: second, previous: first },
    });
    await app.services.liveIndex.refresh();
    t.equal(app.services.liveIndex.truth().generation, second);
  },
);

t.test('what is refused says why, leaves an audit row, and no file', async (t) => {
  const app = await startIndexed(t);
  const before = hashTree(path.join(app.root, 'faiss_index'));
  const valid = buildZip(toParts(app.members));
  const nan = withIndex(app.members, (index) => (index.writeFloatLE(Number.NaN, 85), index));
  const [manifest, index] = toParts(app.members);
  const big = Buffer.alloc(mebibyte + 1);
  const refusals: [string, number, string, () => Promise<Answer>][] = [
    ['no ZIP', 422, 'not_a_zip', () => upload(app, Buffer.from('no zip at all'))],
    ['no meta file', 422, 'member_missing', () => upload(app, buildZip([manifest, index]))],
    ['a NaN', 422, 'index_not_finite', () => upload(app, buildZip(toParts(nan)))],
    ['more than the limit', 413, 'too_large', () => upload(app, big)],
    ['another type', 415, 'unsupported_media_type', () => upload(app, valid, {}, { type: 'text/plain' })],
    ['an unknown field', 400, 'bad_request', () => upload(app, valid, { colour: 'red' })],
    [
      'a short reason',
      422,
      'confirmation_required',
      () => upload(app, valid, { ...confirmed, reason: 'no' }),
    ],
    [
      'another word',
      422,
      'confirmation_required',
      () => upload(app, valid, { ...confirmed, confirm: 'yes' }),
    ],
  ];
  for (const [what, status, code, send] of refusals) {
    const answer = await send();
    t.equal(answer.status, status, what);
    const { error } = answer.body;
    t.equal(error.details?.code ?? error.code, code, what);
    t.match(error.message, /^\S.+\.$/su, error.message);
  }
  const rows = auditRows(app, 'snapshot.upload');
  t.same(
    rows.map(({ outcome, detail }) => [outcome, detail.code]),
    refusals.map(([, , code]) => ['refused', code]),
  );
  t.same(leftOver(app), []);
  t.same(hashTree(path.join(app.root, 'faiss_index')), before);
  t.equal(app.services.uploads.state(), null);
  const json = await app.json('/api/v1/index/snapshot', {});
  t.match(json, { status: 415, body: { error: { code: 'unsupported_media_type' } } });
});

t.test('an upload that is announced as too large is refused before its body', async (t) => {
  const app = await startIndexed(t);
  const request = beginUpload(app, 600 * mebibyte);
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  t.equal(response.statusCode, 413);
  const body = JSON.parse((await response.toArray()).join(''));
  t.match(body.error.message, 'The upload is 600.0 MiB. The limit is 1 MiB. Nothing was uploaded.');
  request.destroy();
});

t.test('one upload is taken at a time, and one that breaks off makes room for the next', async (t) => {
  const app = await startIndexed(t);
  const valid = buildZip(toParts(app.members));
  const first = beginUpload(app, 100_000);
  await untilState(app, (state) => state !== null);
  const second = await upload(app, valid);
  t.match(second, { status: 409, body: { error: { code: 'upload_in_progress' } } });
  first.destroy();
  await untilState(app, (state) => state === null);
  t.match(auditRows(app, 'snapshot.upload').at(-1), { outcome: 'refused', detail: { code: 'aborted' } });
  t.same(leftOver(app), []);
  t.equal((await upload(app, valid)).status, 202);
});

t.test('two hundred uploads that break off leave nothing behind', async (t) => {
  const app = await startIndexed(t);
  for (let i = 0; i < 200; i++) {
    const request = beginUpload(app, 200_000);
    await untilState(app, (state) => state !== null);
    request.destroy();
    await untilState(app, (state) => state === null);
  }
  t.same(leftOver(app), []);
  t.equal(auditRows(app, 'snapshot.upload').length, 200);
  t.equal((await upload(app, buildZip(toParts(app.members)))).status, 202);
});

t.test(
  'while a rebuild holds the lock the upload is staged, and its installation is refused or waits',
  async (t) => {
    const app = await startIndexed(t);
    const valid = buildZip(toParts(app.members));
    app.services.runner.stop(0);
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

t.test('what nobody installs is removed after an hour, and at start what a killed server left', async (t) => {
  const root = fs.realpathSync(t.testdir());
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
  app.services.uploads.runOnce();
  t.same(leftOver(app), ['mine.xlsx', `staged-${body.staged_id}`]);
  now = new Date(now.getTime() + 3600 * 1000);
  app.services.uploads.runOnce();
  t.same(leftOver(app), ['mine.xlsx']);
  const late = await app.json('/api/v1/operations/snapshot', {
    args: { staged_id: body.staged_id },
    ...confirmed,
  });
  t.match(late, { status: 422, body: { error: { message: /waits/ } } });
});

t.test('on a full disk the upload is refused with words, and leaves nothing', async (t) => {
  const app = await startIndexed(t);
  const uploads = path.join(app.root, 'uploads');
  const tmpfs = ['-t', 'tmpfs', '-o', 'size=128k', 'tmpfs', uploads];
  if (spawnSync('mount', tmpfs).status !== 0) return t.pass('skipped: no small disk can be mounted here');
  try {
    const { status, body } = await upload(app, Buffer.alloc(600_000));
    t.equal(status, 507);
    t.match(body.error, {
      code: 'disk_full',
      message: /The disk is full.*The current index is unchanged\.$/,
    });
    t.same(leftOver(app), []);
    t.match(auditRows(app, 'snapshot.upload'), [{ outcome: 'failed', detail: { code: 'disk_full' } }]);
  } finally {
    spawnSync('umount', [uploads]);
  }
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

t.test('downloads that break off are told in the audit log and keep no file open', async (t) => {
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

/** A form whose file never ends: `length` is announced, a part of it sent. */
function beginUpload(app: TestApp, length: number): http.ClientRequest {
  const request = http.request(`${app.origin}/api/v1/index/snapshot`, {
    method: 'POST',
    headers: { 'content-type': 'multipart/form-data; boundary=edge', 'content-length': length },
  });
  request.on('error', () => {});
  const head =
    'content-disposition: form-data; name="snapshot"; filename="half.zip"\r\ncontent-type: application/zip';
  request.write(`--edge\r\n${head}\r\n\r\n`);
  request.write(Buffer.alloc(length > mebibyte ? 1000 : length >> 1));
  return request;
}

function untilState({ services }: TestApp, test: (state: unknown) => boolean): Promise<void> {
  const { bus, uploads } = services;
  return new Promise((resolve) => {
    const look = () => {
      if (!test(uploads.state())) return;
      bus.off('index', look);
      resolve();
    };
    bus.on('index', look);
    look();
  });
}
