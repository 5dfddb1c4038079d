// Reasons with control characters, and reasons that show nothing.
import '../support/plain-children.ts';
import t from 'tap';
import { missingConfirmation } from '../../src/core/confirmation.ts';
import { startApp, type TestApp } from '../support/app.ts';

const noop = { env: { CHL_OPERATIONS_MODE: 'noop' } };
const countRows = ({ ops }: TestApp) =>
  (ops.prepare('SELECT count(*) AS rows FROM audit').get() as { rows: number }).rows;
const lastRow = ({ ops }: TestApp) =>
  ops.prepare('SELECT outcome, reason FROM audit ORDER BY id DESC').get() as Record<string, unknown>;

t.test('a reason with a control character is refused wherever it is given, with one row', async (t) => {
  const app = await startApp(t, noop);
  const schedule = { operation: 'verify', cron: '0 3 * * *' };
  const requests: [string, string, object][] = [
    ['POST', '/api/v1/maintenance', { level: 'announce' }],
    ['POST', '/api/v1/maintenance', { level: 'drained', confirm: 'maintenance' }],
    ['PUT', '/api/v1/schedules/nightly', schedule],
    ['POST', '/api/v1/operations/verify', {}],
    ['POST', '/ui/maintenance', { level: 'announce' }],
  ];
  for (const control of ['\0', '\n', '\r', '\u001b', '\u0085'])
    for (const [method, address, body] of requests) {
      const before = countRows(app);
      const answer = await fetch(app.origin + address, {
        method,
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify({ ...body, reason: `the disk${control}is moved` }),
      });
      const at = `${method} ${address} ${JSON.stringify(control)}`;
      t.equal(answer.status, 422, at);
      const problems = [{ field: 'reason', message: /control character U\+00/ }];
      t.match(await answer.json(), { error: { code: 'invalid_arguments', details: { problems } } }, at);
      t.equal(countRows(app), before + 1, at);
      t.match(lastRow(app), { outcome: 'refused', reason: null }, at);
    }
  t.strictSame((await app.json('/api/v1/maintenance')).body.items, []);
});

t.test('direction controls are refused wherever a reason is given', async (t) => {
  const app = await startApp(t, noop);
  for (const control of ['\u202a', '\u202e', '\u2066', '\u2069', '\u2028'])
    for (const address of ['/api/v1/maintenance', '/api/v1/operations/verify']) {
      const level = address.endsWith('maintenance') ? { level: 'announce' } : {};
      const { status, body } = await app.json(address, { ...level, reason: `the disk${control}is moved` });
      t.equal(status, 422, `${address} ${control.codePointAt(0)}`);
      t.match(body.error?.details.problems, [{ field: 'reason', message: /control character U\+20/ }]);
    }
});

t.test('only characters that a person sees count', async (t) => {
  const app = await startApp(t, noop);
  const window = (reason: string) => app.json('/api/v1/maintenance', { level: 'announce', reason });
  for (const unseen of [
    '\u200b'.repeat(6),
    'ab\u200b\u200b\u200bcd',
    'a      b',
    ' ab\u200b \u200b ',
    '\u2800\u3164\u00ad\ufeff\u2060ab',
  ])
    t.match(await window(unseen), {
      status: 422,
      body: { error: { details: { problems: [{ field: 'reason' }] } } },
    });
  for (const seen of ['磁盘已满了', 'a b c']) t.match(await window(seen), { status: 201 });
  t.match(missingConfirmation({ reason: '\u200b'.repeat(6) }, null), [{ field: 'reason' }]);
  t.strictSame(missingConfirmation({ reason: 'because' }, null), []);
});
