// Texts with half of a surrogate pair, for which SQLite would store bytes that are no UTF-8.
import t from 'tap';
import { systemRequester } from '../../src/core/audit.ts';
import { startApp } from '../support/app.ts';
import { openAuditLog } from '../support/audit-log.ts';

t.test('a body with half of a surrogate pair is refused', async (t) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  const post = async (body: string) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${app.origin}/api/v1/operations/export`, { method: 'POST', headers, body });
    return { status: answer.status, body: (await answer.json()) as object };
  };
  const stored = app.ops.prepare('SELECT reason FROM job ORDER BY number DESC LIMIT 1').pluck();
  for (const text of ['\\ud800abcde', '\\uDC00abcde', 'abcde \\udc00\\ud800', '\\\\\\ud800abcde'])
    t.match(
      await post(`{"reason":"${text}"}`),
      { status: 400, body: { error: { code: 'bad_request' } } },
      text,
    );
  t.equal((await post(`{"\\ud800":1}`)).status, 400, 'in a name');
  for (const [text, reason] of [
    ['\\ud83d\\ude00 abcde', '😀 abcde'],
    ['😀 abcde', '😀 abcde'],
    ['\\\\ud800 abcde', '\\ud800 abcde'],
  ] as const) {
    t.equal((await post(`{"reason":"${text}","when_locked":"wait"}`)).status, 202, text);
    t.equal(stored.get(), reason);
  }
});

t.test('every text of an audit row is UTF-8, whatever it came from', async (t) => {
  const { audit, ops, verify } = openAuditLog(t);
  const half = '\ud800';
  const by = { ...systemRequester, actor: half, reason: half };
  audit.record({ event: 'test.row', outcome: 'ok', by, target: `${'x'.repeat(199)}😀`, detail: { half } });
  const columns = ['actor', 'target', 'reason', 'detail'];
  const casts = columns.map((name) => `CAST(${name} AS BLOB) AS ${name}`).join(', ');
  const row = ops.prepare(`SELECT ${casts} FROM audit`).get() as Record<string, Buffer>;
  for (const name of columns)
    t.same(Buffer.from(String(row[name])), row[name], `${name} is read as it was written`);
  t.equal(verify().rows, 1);
});
