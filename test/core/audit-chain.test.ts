// How the rows of the audit log are chained when they are written.
import { spawn } from 'node:child_process';
import crypto from 'node:crypto';
import { once } from 'node:events';
import path from 'node:path';
import t from 'tap';
import { systemRequester } from '../../src/core/audit.ts';
import { packageRoot } from '../../src/core/config.ts';
import { openAuditLog } from '../support/audit-log.ts';

const record = { event: 'test.row', outcome: 'ok', by: systemRequester } as const;

t.test('a hash is SHA-256 of the hash before it and the row as SQLite writes it', async (t) => {
  const { ops, audit } = openAuditLog(t);
  audit.record({ ...record, target: 'job:1', reason: 'why "so"', detail: { text: 'ü\u0000😀' } });
  audit.record(record);
  const rows = ops
    .prepare(`
      SELECT hash, json_array(id, at, actor, event, target, outcome, reason, detail, peer, request_id) AS row FROM audit
      ORDER BY id
    `)
    .all() as { hash: string; row: string }[];
  t.match(rows[1]?.row, '[2,"2026-11-01T00:00:01.000Z","system","test.row",null,"ok",null,null,null,null]');
  let previous = '';
  for (const { hash, row } of rows) {
    previous = crypto
      .createHash('sha256')
      .update(previous + row)
      .digest('hex');
    t.equal(hash, previous);
  }
});

t.test('texts of any kind keep the chain', async (t) => {
  const { audit, verify } = openAuditLog(t);
  for (const text of ['', '\u0000', 'a\u0000b', '\ud800', '\u2028"\\', 'x'.repeat(2000), '1e999', '[]'])
    audit.record({ ...record, target: text, reason: text, detail: { text } });
  t.equal(verify().rows, 8);
});

t.test('after a rollback the next row follows the last one, with the next number', async (t) => {
  const { ops, audit, verify, head } = openAuditLog(t, { rows: 2 });
  const failing = ops.transaction(() => {
    audit.record(record);
    throw new Error('no');
  });
  t.throws(failing, /no/);
  audit.record(record);
  t.equal(head().id, 3);
  t.match(verify(), { rows: 3 });
});

t.test('two processes continue one chain', async (t) => {
  const { root, ops, add, verify } = openAuditLog(t);
  ops.pragma('busy_timeout = 10000');
  const module = (name: string) => JSON.stringify(path.join(packageRoot, 'dist/src/core/db', name));
  const writer = `
    import { openChain } from ${module('audit-chain.js')};
    import { openDatabase } from ${module('open.js')};
    const ops = openDatabase(process.argv[1], { busyMs: 10000 });
    const at = new Date().toISOString();
    const add = openChain(ops, () => new Date());
    console.log('ready');
    for (let row = 0; row < 100; row++)
      add({ at, actor: 'child', event: 'x', target: null, outcome: 'ok', reason: null, detail: null, peer: null,
        requestId: null });
    ops.close();
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', writer, path.join(root, 'ops.db')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  let own = 0;
  for (; child.exitCode === null; own++) {
    add(1);
    await new Promise(setImmediate);
  }
  t.equal(child.exitCode, 0);
  t.ok(own > 1);
  t.equal(verify().rows, 100 + own);
});

t.test(
  'rows of an earlier version are sealed once, by their number and the hash of their lines',
  async (t) => {
    const { ops, open, add, verify } = openAuditLog(t, { oldRows: 3 });
    const rows = () => ops.prepare('SELECT event, outcome, actor, detail FROM audit ORDER BY id').all();
    const lines = ops
      .prepare(`
      SELECT json_array(id, at, actor, event, target, outcome, reason, detail, peer, request_id) FROM audit WHERE id < 4
      ORDER BY id
    `)
      .pluck()
      .all();
    const sha256 = crypto
      .createHash('sha256')
      .update(`${lines.join('\n')}\n`)
      .digest('hex');
    const seal = { event: 'audit.chain_started', outcome: 'ok', actor: 'system' };
    t.match(rows().slice(3), [{ ...seal, detail: JSON.stringify({ rows: 3, sha256 }) }]);
    open();
    add(1);
    open();
    t.equal(rows().length, 5);
    t.match(verify(), { rows: 5, sealed: 3 });
  },
);

t.test(
  'a log without old rows has no seal, and rows that lose their hashes later are not sealed',
  async (t) => {
    const { ops, open, falsify } = openAuditLog(t, { rows: 3 });
    const seals = () =>
      ops.prepare(`SELECT count(*) FROM audit WHERE event = 'audit.chain_started'`).pluck().get();
    falsify('UPDATE audit SET hash = NULL WHERE id = 3');
    open();
    t.equal(seals(), 0);
  },
);
