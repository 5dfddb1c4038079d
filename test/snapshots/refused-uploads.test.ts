import '../support/plain-children.ts';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import type http from 'node:http';
import path from 'node:path';
import t from 'tap';
import { hashTree, toParts, withIndex } from '../support/snapshots.ts';
import {
  type Answer,
  auditRows,
  beginUpload,
  confirmed,
  leftOver,
  mebibyte,
  startIndexed,
  untilState,
  upload,
} from '../support/uploads.ts';
import { buildZip } from '../support/zip.ts';

t.test('a refused upload reports the reason, and leaves an audit row and no file', async (t) => {
  const app = await startIndexed(t);
  const before = hashTree(path.join(app.root, 'faiss_index'));
  const valid = buildZip(toParts(app.members));
  const nan = withIndex(app.members, (index) => index.writeFloatLE(Number.NaN, 85));
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
  t.equal(rows.at(-1)?.reason, confirmed.reason, 'the reason of the person is kept');
  t.same(leftOver(app), []);
  t.same(hashTree(path.join(app.root, 'faiss_index')), before);
  t.equal(app.parts.uploads.state(), null);
  const json = await app.json('/api/v1/index/snapshot', {});
  t.match(json, { status: 415, body: { error: { code: 'unsupported_media_type' } } });
});

t.test('a ZIP is taken by each type that browsers give it', async (t) => {
  const app = await startIndexed(t);
  const valid = buildZip(toParts(app.members));
  for (const type of ['application/x-zip', 'application/x-compressed', 'multipart/x-zip', ''])
    t.equal((await upload(app, valid, {}, { type })).status, 202, type);
});

t.test('an upload announced as too large is refused before its body', async (t) => {
  const app = await startIndexed(t);
  const request = beginUpload(app, 600 * mebibyte);
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  t.equal(response.statusCode, 413);
  const body = JSON.parse((await response.toArray()).join(''));
  t.match(body.error.message, 'The upload is 600.0 MiB. The limit is 1 MiB. Nothing was uploaded.');
  request.destroy();
});

t.test('only one upload runs at a time, and an interrupted one makes room for the next', async (t) => {
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

t.test('two hundred interrupted uploads leave nothing behind', async (t) => {
  const app = await startIndexed(t);
  for (let i = 0; i < 200; i++) {
    const request = beginUpload(app, 200_000);
    await untilState(app, (state) => state !== null);
    request.destroy();
    await untilState(app, (state) => state === null);
  }
  t.same(leftOver(app), []);
  const rows = auditRows(app, 'snapshot.upload').length;
  t.ok(rows >= 20 && rows < 200, `${rows} of 200 have a row of their own; the others are counted`);
  t.equal((await upload(app, buildZip(toParts(app.members)))).status, 202);
});

t.test('on a full disk the upload is refused with a reason and leaves nothing', async (t) => {
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
