// An audit log on its own, and ways to falsify one from another process.
import './plain-children.ts';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import type { Test } from 'tap';
import { createChainRepository } from '../../src/audit/chain-repository.ts';
import type { Head } from '../../src/audit/head-file.ts';
import { type Verified, verifyChain } from '../../src/audit/verify-chain.ts';
import { createAudit, systemRequester } from '../../src/core/audit.ts';
import { createBus } from '../../src/core/bus.ts';
import { packageRoot, readConfig } from '../../src/core/config.ts';
import { coveredRow } from '../../src/core/db/audit-chain.ts';
import { prepareOps } from '../../src/core/db/ops.ts';
import { createRedactor } from '../../src/core/redaction.ts';
import { makeFolder } from './folder.ts';

/** Row n is written n seconds after midnight, unless `at` is set. `oldRows`: rows of an earlier version. */
export function openAuditLog(t: Test, { oldRows = 0, rows = 0 } = {}) {
  const root = makeFolder(t);
  const file = path.join(root, 'ops.db');
  const ops = prepareOps(file);
  t.teardown(() => ops.close());
  const old = ops.prepare(
    `INSERT INTO audit (at, actor, event, outcome, detail) VALUES ('2026-01-01', 'ada', 'old', 'ok', ?)`,
  );
  for (let row = 0; row < oldRows; row++) old.run(JSON.stringify({ row }));
  let second = 0;
  const now = () => new Date(Date.UTC(2026, 10, 1, 0, 0, second++));
  const redactor = createRedactor(readConfig({ CHL_EXPERIENCE_ROOT: root }, root));
  const open = () => createAudit(ops, now, redactor, createBus(), t.error);
  const audit = open();
  const add = (count: number) => {
    for (let row = 0; row < count; row++)
      audit.record({ event: 'test.row', outcome: 'ok', by: systemRequester, detail: { row } });
  };
  add(rows);
  const chain = createChainRepository(ops);

  return {
    ...{ root, ops, audit, open, now, add, chain },

    /** The head that the server would write to audit.head now. */
    head: (): Head => {
      const { id, hash } = chain.newest() ?? {};
      return { id: id ?? 0, hash: hash ?? '', at: now().toISOString() };
    },

    verify: (head: Head | null = null): Verified => verifyChain({ chain, head, onProgress() {} }),

    /** Runs SQL without the triggers of the audit log. `rehashFrom`: the first row of which, and of all after it, the hash is
     *  then computed again. */
    falsify(sql: string, rehashFrom = Number.MAX_SAFE_INTEGER) {
      ops.exec('DROP TRIGGER IF EXISTS audit_unchanged; DROP TRIGGER IF EXISTS audit_kept');
      ops.exec(sql);
      const before = ops.prepare('SELECT hash FROM audit WHERE id < ? ORDER BY id DESC LIMIT 1').pluck();
      const rehash = ops.prepare(`UPDATE audit SET hash = chain_hash(?, ${coveredRow}) WHERE id = ?`);
      const ids = ops.prepare('SELECT id FROM audit WHERE id >= ? ORDER BY id').pluck().all(rehashFrom);
      for (const id of ids) rehash.run(before.get(id) ?? '', id);
    },
  };
}

/** Runs SQL on ops.db in another process, without the triggers of the audit log. */
export function falsify(root: string, sql: string) {
  const file = path.join(root, 'ops.db');
  const words = ['--input-type=module', '-e', falsifier, file, sql];
  const { status, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}

const driver = JSON.stringify(path.join(packageRoot, 'dist/src/core/db/driver.js'));

const falsifier = `
  import { connect } from ${driver};
  const [file, sql] = process.argv.slice(1);
  const ops = connect(file);
  ops.exec('DROP TRIGGER IF EXISTS audit_unchanged; DROP TRIGGER IF EXISTS audit_kept');
  ops.exec(sql);
  ops.close();
`;
