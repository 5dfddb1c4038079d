import path from 'node:path';
import t from 'tap';
import { createAudit, systemRequester } from '../../src/core/audit.ts';
import { prepareOps } from '../../src/core/db/ops.ts';

function openAudit(t: { testdir(): string; teardown(work: () => void): void }) {
  const ops = prepareOps(path.join(t.testdir(), 'ops.db'));
  t.teardown(() => ops.close());
  const audit = createAudit(ops, () => new Date('2026-08-01T10:00:00Z'));
  return { ops, audit, rows: () => ops.prepare('SELECT * FROM audit ORDER BY id').all() };
}

t.test('a row has actor, event, time, reason, address and outcome', async (t) => {
  const { audit, rows } = openAudit(t);
  audit.record({
    event: 'job.accepted',
    outcome: 'ok',
    by: { actor: 'ada', role: 'admin', peer: '127.0.0.1', requestId: 'r7' },
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
  audit.record({ event: 'job.cancel', outcome: 'refused', by: systemRequester });
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
  audit.record({ event: 'x', outcome: 'refused', by: { ...systemRequester, actor: long }, target: long });
  t.same(ops.prepare('SELECT length(actor), length(target) FROM audit').raw().get(), [200, 200]);
});

t.test('the trail of a target has its actions, oldest first, without refusals', async (t) => {
  const { ops, audit } = openAudit(t);
  const by = { actor: 'ada', role: 'admin', peer: null, requestId: null } as const;
  audit.record({
    event: 'job.accepted',
    outcome: 'ok',
    by,
    target: 'job:3',
    detail: { operation: 'import' },
  });
  audit.record({ event: 'job.cancel', outcome: 'refused', by, target: 'job:3' });
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
