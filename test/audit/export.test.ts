// Exports of the audit log: formulas, many rows, readers that leave, and who may.
import '../support/plain-children.ts';
import { once } from 'node:events';
import http from 'node:http';
import t from 'tap';
import { parseCsv } from '../../src/csv/csv.ts';
import { startApp } from '../support/app.ts';
import { addRow } from '../support/audit.ts';
import { as, startWithRoles } from '../support/roles.ts';
import { until } from '../support/until.ts';

const noop = { env: { CHL_OPERATIONS_MODE: 'noop' } };

t.test('a cell of CSV never runs as a formula', async (t) => {
  const app = await startApp(t, noop);
  const texts = [
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '\tx',
    '\rx',
    "'=1",
    '＝1+1',
    ' ＠SUM(A1)',
    'plain',
    'a,b "c"\nd',
  ];
  for (const reason of texts) addRow(app, { event: 'jobs.bulk', reason, detail: { '=x': reason } });
  const answer = await fetch(`${app.origin}/api/v1/audit?format=csv&event=jobs.bulk`);
  t.equal(answer.headers.get('content-type'), 'text/csv; charset=utf-8');
  t.match(
    answer.headers.get('content-disposition'),
    /^attachment; filename="chl-audit-\d{4}-\d\d-\d\d\.csv"$/,
  );
  const { records, fault } = parseCsv(Buffer.from(await answer.arrayBuffer()), ',');
  t.equal(fault, null);
  const [head = [], ...rows] = records;
  const cells = rows.map((row) => row[head.indexOf('reason')]).reverse();
  const guarded = texts.map((text) => (/^'*[=+\-@\t\r ＝]/.test(text) ? `'${text}` : text));
  t.strictSame(cells, guarded);
  const unguarded = rows.flat().filter((cell) => /^\s*[=+\-@\t\r＝＋－＠]/.test(cell));
  t.strictSame(unguarded, []);
});

t.test('an export has every matching row, and itself becomes one', async (t) => {
  const app = await startApp(t, noop);
  app.ops.transaction(() => {
    for (let at = 0; at < 10_000; at++) addRow(app, { target: `setting:s${at % 7}`, reason: `r${at}` });
  })();
  const answer = await fetch(`${app.origin}/api/v1/audit?format=jsonl&event=settings.changed`);
  t.equal(answer.headers.get('content-type'), 'application/x-ndjson; charset=utf-8');
  const text = await answer.text();
  t.ok(text.endsWith('\n'));
  const rows = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { id: number; reason: string });
  t.strictSame(
    rows.map(({ reason }) => reason),
    Array.from({ length: 10_000 }, (_, at) => `r${9999 - at}`),
  );
  const some = await fetch(`${app.origin}/api/v1/audit?format=jsonl&target=setting:s3&q=r99`);
  const found = (await some.text())
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { reason: string });
  const expected = Array.from({ length: 10_000 }, (_, at) => at).filter(
    (at) => at % 7 === 3 && `r${at}`.includes('r99'),
  );
  t.strictSame(
    found.map(({ reason }) => reason),
    expected.reverse().map((at) => `r${at}`),
  );
  const { body } = await app.json('/api/v1/audit?event=audit.download');
  t.match(body.items.at(-1), {
    title: 'Audit exported',
    outcome: 'ok',
    detail: { filter: { events: ['settings.changed'] }, bytes: Buffer.byteLength(text) },
  });
});

t.test('an export ends with its reader, and the row says that it broke off', async (t) => {
  const app = await startApp(t, noop);
  app.ops.transaction(() => {
    for (let at = 0; at < 40_000; at++) addRow(app, { reason: 'x'.repeat(400) });
  })();
  const request = http.get(`${app.origin}/api/v1/audit?format=jsonl`);
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  await once(response, 'readable');
  const before = performance.now();
  t.equal((await app.page('/audit')).status, 200);
  t.ok(performance.now() - before < 5000, 'the server answers meanwhile');
  response.destroy();
  const read = () =>
    app.ops.prepare(`SELECT outcome, detail FROM audit WHERE event = 'audit.download'`).get();
  const row = (await until(read, (found) => found !== undefined)) as { outcome: string; detail: string };
  t.equal(row.outcome, 'failed');
  const detail = JSON.parse(row.detail) as { bytes: number; code: string };
  t.equal(detail.code, 'aborted');
  t.ok(detail.bytes < 40_000 * 400, `${detail.bytes} bytes were read`);
});

t.test('an export that fails has no valid end', async (t) => {
  const app = await startApp(t, noop);
  app.ops.transaction(() => {
    for (let at = 0; at < 3000; at++) addRow(app, { reason: 'x'.repeat(400) });
  })();
  const { cleanAll } = app.redactor;
  let calls = 0;
  app.redactor.cleanAll = (value) => {
    calls += 1;
    if (calls > 3) throw new Error('for this test');
    return cleanAll(value);
  };
  const answer = await fetch(`${app.origin}/api/v1/audit?format=jsonl`);
  await t.rejects(answer.text());
  app.redactor.cleanAll = cleanAll;
});

t.test('a viewer may read and export; nobody without a token may', async (t) => {
  const app = await startWithRoles(t);
  for (const address of ['/audit', '/audit/1', '/activity'])
    t.equal((await app.page(address, as('viewer'))).status, 200, address);
  for (const address of [
    '/api/v1/audit',
    '/api/v1/audit?format=csv',
    '/api/v1/audit/1',
    '/api/v1/activity',
  ]) {
    t.equal((await fetch(app.origin + address, { headers: as('viewer') })).status, 200, address);
    t.equal((await fetch(app.origin + address)).status, 401, address);
  }
  const head = await fetch(`${app.origin}/api/v1/audit?format=csv`, {
    method: 'HEAD',
    headers: as('viewer'),
  });
  t.equal(head.status, 200);
  t.match(head.headers.get('content-disposition'), 'attachment');
});
