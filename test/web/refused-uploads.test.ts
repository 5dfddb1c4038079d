// The reason that an upload gives is in its audit row, also when it is refused.
import net from 'node:net';
import type { Multipart } from '@fastify/multipart';
import t, { type Test } from 'tap';
import { readLeadingFields } from '../../src/web/leading-fields.ts';
import type { TestApp } from '../support/app.ts';
import { as, startWithRoles } from '../support/roles.ts';
import { collectRoutes } from '../support/routes.ts';
import { beginUpload, confirmed, startIndexed, untilState, upload } from '../support/uploads.ts';

const reason = 'a reason in the form';
const pathOf = (url: string) => url.replace(':name', url.includes('credentials') ? 'google' : 'local-import');

function lastRefusal({ ops }: TestApp) {
  const sql = `SELECT reason, json_extract(detail, '$.code') AS code FROM audit WHERE outcome = 'refused' ORDER BY id DESC`;
  return ops.prepare(sql).get();
}

t.test('every upload that is refused keeps its reason', async (t) => {
  const routes = collectRoutes(t);
  const app = await startIndexed(t);
  const uploads = routes.filter(({ config }) => config.isUpload);
  t.ok(uploads.length > 5, `${uploads.length} routes`);
  for (const { method, url } of uploads) {
    const path = pathOf(url);
    await t.test(`${method} ${path}`, async (t) => {
      t.match(await announce(t, app.origin, `${method} ${path}`), /^HTTP\/1\.1 413 /);
      t.match(lastRefusal(app), { reason, code: 'too_large' });
      for (const field of ['file', 'files', 'snapshot', 'nothing']) {
        const form = new FormData();
        form.append('reason', reason);
        form.append(field, new Blob(['not what it says'], { type: 'text/plain' }), 'a.bin');
        const { status } = await fetch(app.origin + path, { method, body: form, redirect: 'manual' });
        t.ok(status >= 400 && status < 500, `${field}: ${status}`);
        t.match(lastRefusal(app), { reason }, field);
      }
      const empty = new FormData();
      empty.append('reason', reason);
      const { status } = await fetch(app.origin + path, { method, body: empty, redirect: 'manual' });
      t.ok(status >= 400, `no file: ${status}`);
      t.match(lastRefusal(app), { reason }, 'no file');
    });
  }
});

t.test('an upload without room is refused although nothing follows its headers', async (t) => {
  const app = await startIndexed(t);
  const { descriptors } = app.parts;
  const { hasRoomFor } = descriptors;
  descriptors.hasRoomFor = (kind) => kind !== 'upload' && hasRoomFor(kind);
  t.match(await sendHead(t, app.origin, 'POST /api/v1/sheets', 1000), /^HTTP\/1\.1 503 /);
});

t.test('parts that come after the wait for the fields keep their order', async (t) => {
  const field = (fieldname: string) => ({ type: 'field', fieldname, value: 'x' }) as never as Multipart;
  let send = () => {};
  const late = new Promise<void>((resolve) => {
    send = resolve;
  });
  async function* parts() {
    yield field('first');
    await late;
    yield field('second');
    yield { type: 'file', fieldname: 'file' } as never as Multipart;
    yield field('third');
  }
  const { all } = await readLeadingFields(parts() as AsyncIterableIterator<Multipart>, {
    maxMs: 1,
    onField() {},
  });
  const names: string[] = [];
  send();
  for await (const { fieldname } of all()) names.push(fieldname);
  t.same(names, ['first', 'second', 'file', 'third']);
});

t.test('so do an upload that another one excludes, and one that needs another role', async (t) => {
  const app = await startWithRoles(t, (t) => startIndexed(t));
  const headers = as('operator');
  const forbidden = await upload(app, Buffer.from('PK'), confirmed, { headers });
  t.equal(forbidden.status, 403);
  t.match(lastRefusal(app), { reason: confirmed.reason, code: 'forbidden' });
  const receiving = untilState(app, (state) => state !== null);
  const first = beginUpload(app, 100_000, headers);
  await receiving;
  const second = await upload(app, Buffer.from('PK'), confirmed, { headers: as('admin') });
  t.equal(second.status, 409);
  t.match(lastRefusal(app), { reason: confirmed.reason, code: 'upload_in_progress' });
  const gone = untilState(app, (state) => state === null);
  first.destroy();
  await gone;
});

t.test('a sheet that is kept has the reason', async (t) => {
  const app = await startIndexed(t);
  const form = new FormData();
  form.append('reason', reason);
  form.append('files', new Blob(['code,name,description,created_at\nGIT,Git,,\n']), 'categories.csv');
  await fetch(`${app.origin}/api/v1/sheets`, { method: 'POST', body: form });
  const row = app.ops.prepare(`SELECT reason FROM audit WHERE event = 'sheet.upload'`).get();
  t.match(row, { reason });
});

/** Sends the head of a request, and returns the first line of the answer. */
function sendHead(t: Test, origin: string, target: string, bytes: number, body = ''): Promise<string> {
  const { hostname, port, host } = new URL(origin);
  const socket = net.connect(Number(port), hostname);
  t.teardown(() => socket.destroy());
  const type = 'content-type: multipart/form-data; boundary=x';
  socket.write(`${target} HTTP/1.1\r\nhost: ${host}\r\n${type}\r\ncontent-length: ${bytes}\r\n\r\n${body}`);
  return new Promise((resolve, reject) => {
    socket.setTimeout(5000, () => reject(new Error(`${target} does not answer`)));
    socket.once('error', reject);
    socket.once('data', (answer) => resolve(String(answer).split('\r\n', 1)[0] ?? ''));
  });
}

/** Sends the head of a form with its reason and the head of a file, and returns the first line of the answer. */
function announce(t: Test, origin: string, target: string): Promise<string> {
  const field = `--x\r\ncontent-disposition: form-data; name="reason"\r\n\r\n${reason}\r\n`;
  const file = '--x\r\ncontent-disposition: form-data; name="file"; filename="a.bin"\r\n\r\nabc';
  return sendHead(t, origin, target, 6_000_000_000, field + file);
}
