// A program that sends the ETag of what it has read does not replace what it has not seen.
import t from 'tap';
import { startApp, type TestApp } from '../support/app.ts';
import { auditRows } from '../support/uploads.ts';

async function put({ origin }: TestApp, address: string, body: unknown, ifMatch?: string) {
  const headers = {
    'content-type': 'application/json',
    ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
  };
  const answer = await fetch(origin + address, { method: 'PUT', headers, body: JSON.stringify(body) });
  return {
    status: answer.status,
    etag: answer.headers.get('etag') ?? '',
    body: (await answer.json()) as any,
  };
}

async function read({ json }: TestApp, address: string) {
  const { status, headers } = await json(address);
  return status === 200 ? (headers.get('etag') ?? '') : '';
}

t.test('a named sheet', async (t) => {
  const app = await startApp(t);
  const address = '/api/v1/sources/draft';
  const one = { kind: 'folder', place: 'sheets/one' };
  const two = { kind: 'folder', place: 'sheets/two' };
  const refused = {
    status: 409,
    body: { error: { code: 'edit_conflict', message: /Nothing was saved\. Read it again\./ } },
  };
  t.match(await put(app, address, one, '*'), refused, 'there is nothing yet');
  const created = await put(app, address, one);
  t.equal(created.status, 201);
  const tag = await read(app, address);
  t.equal(tag, created.etag);
  const changed = await put(app, address, two, `"other", ${tag}`);
  t.match(changed, { status: 200, body: { place: 'sheets/two' } });
  t.not(changed.etag, tag);
  t.match(await put(app, address, one, tag), refused);
  t.match((await app.json(address)).body, { place: 'sheets/two' });
  t.match(auditRows(app, 'source.changed').at(-1), { outcome: 'refused', detail: { code: 'edit_conflict' } });
  t.equal((await put(app, address, one, '*')).status, 200);
  t.equal((await put(app, address, two)).status, 200, 'without the header the last one counts');
});

t.test('the saved settings', async (t) => {
  const app = await startApp(t);
  const address = '/api/v1/settings/values';
  const save = (days: number, tag?: string) => put(app, address, { values: { 'retention.days': days } }, tag);
  const tag = await read(app, address);
  const saved = await save(60, tag);
  t.equal(saved.status, 200);
  t.match(await save(30, tag), { status: 409, body: { error: { code: 'edit_conflict' } } });
  t.equal(app.config.retentionDays, 60);
  t.equal(await read(app, address), saved.etag);
  t.equal((await save(30, saved.etag)).status, 200);
  t.equal((await save(20)).status, 200, 'without the header the last one counts');
});
