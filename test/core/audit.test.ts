import path from 'node:path';
import t, { type Test } from 'tap';
import { readConfig } from '../../src/core/config.ts';
import { createRedactor } from '../../src/core/redaction.ts';
import { auditRefusal, createAudit, systemRequester } from '../../src/core/audit.ts';
import { createBus } from '../../src/core/bus.ts';
import { prepareOps } from '../../src/core/db/ops.ts';
import { AppError } from '../../src/core/errors.ts';
import { until } from '../support/until.ts';
import { makeFolder } from '../support/folder.ts';

const refusal = { code: 'wrong_state', message: 'No.' };

function openAudit(
  t: Test,
  now = () => new Date('2026-08-01T10:00:00Z'),
  onError: (error: unknown) => void = t.error,
) {
  const root = makeFolder(t);
  const ops = prepareOps(path.join(root, 'ops.db'));
  const redactor = createRedactor(readConfig({ CHL_EXPERIENCE_ROOT: root }, root));
  t.teardown(() => ops.close());
  const bus = createBus();
  const audit = createAudit(ops, now, redactor, bus, onError);
  const columns = 'id, at, actor, event, target, outcome, reason, detail, peer, request_id';
  return { ops, audit, bus, rows: () => ops.prepare(`SELECT ${columns} FROM audit ORDER BY id`).all() };
}

t.test('a row has actor, event, time, reason, address and outcome', async (t) => {
  const { audit, rows } = openAudit(t);
  audit.record({
    event: 'job.accepted',
    outcome: 'ok',
    by: { actor: 'ada', role: 'admin', peer: '127.0.0.1', requestId: 'r7', reason: null },
    target: 'job:3',
    reason: 'monthly import',
    detail: { operation: 'import' },
  });
  audit.record({ event: 'server.started', outcome: 'ok', by: systemRequester });
  t.same(rows(), [
    {
      id: 1,
      at: '2026-08-01T10:00:00.000Z',
      actor: 'ada',
      event: 'job.accepted',
      target: 'job:3',
      outcome: 'ok',
      reason: 'monthly import',
      detail: '{"operation":"import"}',
      peer: '127.0.0.1',
      request_id: 'r7',
    },
    {
      id: 2,
      at: '2026-08-01T10:00:00.000Z',
      actor: 'system',
      event: 'server.started',
      target: null,
      outcome: 'ok',
      reason: null,
      detail: null,
      peer: null,
      request_id: null,
    },
  ]);
});

t.test('rows cannot be changed or removed', async (t) => {
  const { ops, audit, rows } = openAudit(t);
  audit.refuse({ event: 'job.cancel', by: systemRequester, ...refusal });
  const before = rows();
  for (const statement of [
    `UPDATE audit SET outcome = 'ok'`,
    `UPDATE audit SET actor = 'nobody' WHERE id = 1`,
    'DELETE FROM audit',
    'DELETE FROM audit WHERE id = 1',
  ]) {
    t.throws(() => ops.exec(statement), /audit rows are never (changed|removed)/, statement);
  }
  t.same(rows(), before);
});

t.test('ids are never reused, and an outcome is one of three', async (t) => {
  const { ops, audit } = openAudit(t);
  for (let n = 0; n < 3; n++) audit.record({ event: 'x', outcome: 'ok', by: systemRequester });
  t.same(ops.prepare('SELECT id FROM audit ORDER BY id').pluck().all(), [1, 2, 3]);
  t.throws(
    () => audit.record({ event: 'x', outcome: 'fine' as 'ok', by: systemRequester }),
    /CHECK constraint/,
  );
});

t.test('a row is part of the open transaction', async (t) => {
  const { ops, audit, rows } = openAudit(t);
  const failing = ops.transaction(() => {
    audit.record({ event: 'x', outcome: 'ok', by: systemRequester });
    throw new Error('no');
  });
  t.throws(failing, 'no');
  t.same(rows(), []);
});

t.test('a long actor or target is truncated, so that it cannot flood the log', async (t) => {
  const { ops, audit } = openAudit(t);
  const long = 'x'.repeat(5000);
  audit.refuse({ event: 'x', by: { ...systemRequester, actor: long }, target: long, ...refusal });
  t.same(ops.prepare('SELECT length(actor), length(target) FROM audit').raw().get(), [200, 200]);
});

t.test('the trail of a target has its actions, oldest first, without refusals', async (t) => {
  const { ops, audit } = openAudit(t);
  const by = { actor: 'ada', role: 'admin', peer: null, requestId: null, reason: null } as const;
  audit.record({
    event: 'job.accepted',
    outcome: 'ok',
    by,
    target: 'job:3',
    detail: { operation: 'import' },
  });
  audit.refuse({ event: 'job.cancel', by, target: 'job:3', ...refusal });
  audit.record({ event: 'job.cancel', outcome: 'ok', by, target: 'job:30' });
  audit.record({ event: 'job.finished', outcome: 'failed', by: systemRequester, target: 'job:3' });
  t.match(audit.trail('job:3'), [
    { actor: 'ada', event: 'job.accepted', detail: { operation: 'import' } },
    { actor: 'system', event: 'job.finished', detail: null },
  ]);
  t.equal(audit.trail('job:3').length, 2);
  const plan = ops
    .prepare('EXPLAIN QUERY PLAN SELECT * FROM audit WHERE target = ? ORDER BY id DESC')
    .all('x');
  t.match(JSON.stringify(plan), 'audit_target');
});

t.test('long texts of a caller are shortened in the detail, and a long detail is left out', async (t) => {
  const { audit, ops } = openAudit(t);
  const long = 'x'.repeat(5000);
  const by = systemRequester;
  audit.record({ event: 'x', outcome: 'ok', by, reason: long, detail: { after: { place: long } } });
  const many = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`field ${at}`, long]));
  audit.refuse({ event: 'x', by, ...refusal, detail: { after: many } });
  const rows = ops.prepare('SELECT reason, detail FROM audit').all() as { reason: string; detail: string }[];
  t.ok(rows.every(({ detail }) => detail.length < 1200));
  t.match(rows[0], { reason: /^x{1000}… \(5,000 characters\)$/, detail: /"place":"x{1000}…/ });
  t.match(JSON.parse(rows[1]?.detail ?? ''), { ...refusal, left_out: Number });
});

t.test('refusals of an event and code have twenty rows a minute, and the others one row', async (t) => {
  let at = Date.parse('2026-08-01T10:00:30Z');
  const { audit, ops } = openAudit(t, () => new Date(at));
  const by = { ...systemRequester, actor: 'ada', requestId: 'r1' };
  const refuse = (event: string, times: number) => {
    for (let turn = 0; turn < times; turn += 1) audit.refuse({ event, by, ...refusal });
  };
  const count = (event: string) =>
    ops.prepare('SELECT count(*) FROM audit WHERE event = ?').pluck().get(event);
  const counted = () => {
    const rows = ops.prepare(`SELECT actor, detail FROM audit WHERE detail LIKE '%suppressed%'`).all();
    return (rows as { actor: string; detail: string }[]).map((row) => ({
      ...row,
      detail: JSON.parse(row.detail),
    }));
  };

  await t.test('each event has its own twenty', async (t) => {
    refuse('job.cancel', 23);
    refuse('job.removed', 20);
    t.same([count('job.cancel'), count('job.removed'), counted()], [20, 20, []]);
    t.ok(audit.hasRefusal('r1'), 'a counted refusal is known, too');
  });

  await t.test('the next refusal in a later minute records the count of the former', async (t) => {
    at += 60_000;
    refuse('job.cancel', 25);
    const detail = { code: 'wrong_state', minute: '2026-08-01T10:00:00.000Z', suppressed: 3 };
    t.same(counted(), [{ actor: 'system', detail }]);
  });

  await t.test('a close records what was only counted', async (t) => {
    audit.close();
    t.match(counted().at(-1)?.detail, { minute: '2026-08-01T10:01:00.000Z', suppressed: 5 });
    audit.close();
    t.equal(counted().length, 2);
  });
});

t.test('the count of a minute is recorded at its end, without another refusal', async (t) => {
  let at = Date.parse('2026-08-01T10:00:59.980Z');
  const { ops, audit } = openAudit(t, () => new Date(at));
  for (let turn = 0; turn < 22; turn += 1) audit.refuse({ event: 'x', by: systemRequester, ...refusal });
  at += 20;
  const rows = ops.prepare('SELECT detail FROM audit ORDER BY id DESC').pluck();
  await until(() => /"suppressed":2/.test(String(rows.get())));
  t.equal(rows.all().length, 21);
});

t.test('the refusal of work leaves a row, also of work that goes on', async (t) => {
  const { audit, rows } = openAudit(t);
  const entry = { event: 'x', by: systemRequester };
  const refuse = () => {
    throw new AppError('wrong_state', 'No.');
  };
  t.throws(() => auditRefusal(audit, entry, refuse), { code: 'wrong_state' });
  await t.rejects(
    auditRefusal(audit, entry, async () => refuse()),
    { code: 'wrong_state' },
  );
  t.equal(
    auditRefusal(audit, entry, () => 7),
    7,
  );
  t.equal(await auditRefusal(audit, entry, async () => 8), 8);
  t.match(rows(), [{ outcome: 'refused' }, { outcome: 'refused' }]);
  t.equal(rows().length, 2);
});

t.test('a refusal that cannot be recorded is still the refusal', async (t) => {
  const errors: unknown[] = [];
  const { ops, audit } = openAudit(t, undefined, (error) => errors.push(error));
  ops.exec('DROP TABLE audit');
  const refuse = () => {
    throw new AppError('wrong_state', 'No.');
  };
  t.throws(() => auditRefusal(audit, { event: 'x', by: systemRequester }, refuse), { code: 'wrong_state' });
  t.match(errors, [/no such table/]);
});

t.test('added rows are announced once, after their transaction', async (t) => {
  const { audit, bus, ops } = openAudit(t);
  const seen: boolean[] = [];
  bus.on('audit', () => seen.push(ops.inTransaction));
  const add = () => audit.record({ event: 'x.y', outcome: 'ok', by: systemRequester });
  ops.transaction(() => {
    add();
    add();
  })();
  add();
  t.strictSame(seen, []);
  await new Promise(setImmediate);
  t.strictSame(seen, [false]);
  add();
  await new Promise(setImmediate);
  t.strictSame(seen, [false, false]);
});
