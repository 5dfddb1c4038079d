// The feeder queues what the audit log says behind the cursor of each webhook.
import t, { type Test } from 'tap';
import type { AuditRow } from '../../src/audit/audit-row.ts';
import { inTime } from '../../src/core/in-time.ts';
import { createFeeder } from '../../src/webhooks/feeder.ts';
import { addWebhook, openWebhooks } from '../support/deliveries.ts';

type Queued = { webhook: string; audit_id: number; event: string; body: string; status: string };

function setUp(t: Test) {
  const kit = openWebhooks(t);
  const queued: number[] = [];
  const matches = (patterns: readonly string[], { event }: AuditRow) =>
    patterns.includes('*') || patterns.includes(event);
  const feederOf = (more: Partial<Parameters<typeof createFeeder>[0]>) =>
    createFeeder({ ...kit, matches, onQueued: (count) => void queued.push(count), ...more });
  const feeder = feederOf({});
  t.teardown(feeder.stop);
  const rows = () => kit.ops.prepare('SELECT * FROM webhook_delivery ORDER BY id').all() as Queued[];
  const cursorOf = (name: string) => kit.webhookRepository.find(name)?.cursor;
  return { ...kit, queued, feeder, feederOf, rows, cursorOf };
}

t.test('each webhook gets the rows behind its cursor that it asks for, once', async (t) => {
  const { feeder, ops, record, rows, cursorOf, queued } = setUp(t);
  const first = record('flag.changed');
  addWebhook(ops, 'all', { cursor: first });
  addWebhook(ops, 'jobs', { events: ['job.finished'], cursor: first });
  addWebhook(ops, 'off', { is_on: false, cursor: first });
  const job = record('job.finished', { transition: 'first' }, 'job:7');
  const flag = record('flag.changed');
  await feeder.start();
  const seen = () => rows().map(({ webhook, audit_id, event, status }) => [webhook, audit_id, event, status]);
  const expected = [
    ['all', job, 'job.finished', 'pending'],
    ['all', flag, 'flag.changed', 'pending'],
    ['jobs', job, 'job.finished', 'pending'],
  ];
  t.same(seen(), expected);
  t.same([cursorOf('all'), cursorOf('jobs'), cursorOf('off')], [flag, flag, first]);
  t.same(queued, [2, 1]);
  await feeder.look();
  t.same(seen(), expected, 'nothing twice');
  ops.prepare('UPDATE webhook SET cursor = ?').run(first);
  await feeder.look();
  t.same(seen(), expected, 'nor if a cursor was set back');
  t.same(queued, [2, 1]);
});

t.test('a webhook far behind catches up in pieces; a cursor beyond the end is set to it', async (t) => {
  const { feeder, ops, record, rows, cursorOf, queued } = setUp(t);
  addWebhook(ops, 'behind');
  addWebhook(ops, 'beyond', { cursor: 9000 });
  ops.transaction(() => {
    for (let at = 0; at < 450; at++) record('flag.changed');
  })();
  await feeder.start();
  t.equal(rows().length, 450);
  t.same(queued, [200, 200, 50]);
  t.same([cursorOf('behind'), cursorOf('beyond')], [450, 450]);
});

t.test('the body says what happened, where to look, and the hash of the row', async (t) => {
  const { feeder, ops, record, rows, auditRepository, config } = setUp(t);
  addWebhook(ops, 'all');
  const id = record('job.finished', { transition: 'first', exit_code: 3 }, 'job:7');
  const other = record('flag.changed', { file: `${process.env.HOME}/x`, token: `chl_${'a'.repeat(43)}` });
  await feeder.start();
  const [job, flag] = rows().map(({ body }) => JSON.parse(body));
  t.strictSame(job, {
    type: 'job.finished',
    timestamp: '2026-11-30T12:00:00.000Z',
    data: {
      id: `evt_${id}`,
      event: 'job.finished',
      actor: 'system',
      target: 'job:7',
      outcome: 'ok',
      reason: null,
      detail: { transition: 'first', exit_code: 3 },
      url: 'http://127.0.0.1:2900/jobs/7',
      audit_hash: auditRepository.find(id)?.hash,
    },
  });
  t.equal(flag.data.url, `http://127.0.0.1:2900/audit/${other}`);
  t.match(flag.data.detail, { file: '~/x', token: '[masked]' });
  t.ok(config.root, 'the root exists');
});

t.test('rows after a restored ops.db have other ids than those whose numbers they have', async (t) => {
  const { feeder, ops, record, rows, auditRepository, deliveryList, deliveryRepository } = setUp(t);
  const before = record('flag.changed');
  const restored = record('ops.restored');
  const after = record('flag.changed');
  addWebhook(ops, 'all');
  await feeder.start();
  const ids = rows().map(({ body }) => JSON.parse(body).data.id);
  const hash = auditRepository.find(restored)?.hash?.slice(0, 8);
  t.strictSame(ids, [`evt_${before}`, `evt_${restored}`, `evt_${after}_${hash}`]);
  const listed = deliveryList.list({ webhook: 'all' }, null, 9).map(({ event_id: id }) => id);
  t.strictSame(listed.reverse(), ids);
  ops.exec(`UPDATE webhook_delivery SET next_at = NULL WHERE audit_id <> ${after}`);
  const due = deliveryRepository.nextDue('all', { at: '2026-12-01', far: '2027' }, []);
  t.equal(due?.event_id, ids[2], 'the sender has the id of the body');
});

t.test('a long event is cut with a mark, and stays within 64 KiB', async (t) => {
  const { eventBody, auditRepository, record } = setUp(t);
  const row = auditRepository.find(record('flag.changed'));
  if (!row) return t.fail('no row');
  const texts = (length: number, count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`text${at}`, 'é'.repeat(length)]));
  const cut = JSON.parse(eventBody({ ...row, detail: texts(40_000, 2) }));
  t.match(cut.data.detail.text1, /^é{200}… \(40,000 characters\)$/);
  const left = eventBody({ ...row, detail: texts(300, 500), reason: 'r'.repeat(70_000) });
  t.match(JSON.parse(left).data, { detail: { left_out: /./ }, reason: /^r{200}… / });
  t.ok(Buffer.byteLength(left) < 65_536);
});

t.test('after a stop nothing is queued until the next start', async (t) => {
  const { feeder, ops, record, rows } = setUp(t);
  addWebhook(ops, 'all');
  record('flag.changed');
  await feeder.look();
  t.same(rows(), [], 'it was not started');
  await feeder.start();
  await feeder.stop();
  record('flag.changed');
  await feeder.look();
  t.equal(rows().length, 1);
  await feeder.start();
  t.equal(rows().length, 2);
});

t.test('a row that cannot be made into an event is left out, and holds up nothing', async (t) => {
  const { ops, record, rows, feederOf, eventBody, cursorOf } = setUp(t);
  addWebhook(ops, 'a');
  addWebhook(ops, 'b');
  const ids = [record('flag.changed'), record('broken.row'), record('flag.changed')];
  const feeder = feederOf({
    eventBody(row) {
      if (row.event === 'broken.row') throw new TypeError('no event');
      return eventBody(row);
    },
  });
  await feeder.start();
  t.same(
    rows().map(({ webhook, audit_id }) => [webhook, audit_id]),
    ['a', 'b'].flatMap((name) => [ids[0], ids[2]].map((id) => [name, id])),
  );
  t.same([cursorOf('a'), cursorOf('b')], [ids[2], ids[2]]);
});

t.test('a database that was busy is tried again without a new row', async (t) => {
  const { ops, record, rows, feederOf, untilFree } = setUp(t);
  addWebhook(ops, 'all');
  record('flag.changed');
  let calls = 0;
  const queued = new Promise((resolve) => {
    const feeder = feederOf({
      retryMs: 1,
      async untilFree(work) {
        if (++calls < 3) throw Object.assign(new Error('database is locked'), { code: 'SQLITE_BUSY' });
        return untilFree(work);
      },
      onQueued: resolve,
    });
    t.teardown(feeder.stop);
    void feeder.start();
  });
  t.equal(await inTime(queued, 2000), 1);
  t.equal(rows().length, 1);
});
