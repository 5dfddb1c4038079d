// The file audit.head: when it is written, and when it stays as it is.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import { audit } from '../../src/audit/feature.ts';
import { chainCheck } from '../../src/audit/chain-check.ts';
import { headFile, readHead } from '../../src/audit/head-file.ts';
import { createHeadKeeper } from '../../src/audit/head-keeper.ts';
import { systemRequester } from '../../src/core/audit.ts';
import { startApp } from '../support/app.ts';
import { openAuditLog } from '../support/audit-log.ts';
import { queryOps } from '../support/command-line.ts';
import { makeFolder } from '../support/folder.ts';

function keepHead(t: Test, { rows = 3, log = openAuditLog(t, { rows }) } = {}) {
  const { root, audit, now, chain } = log;
  const file = headFile(root);
  const logged: unknown[] = [];
  let synced = async () => {};
  const keeper = createHeadKeeper({
    file,
    audit,
    now,
    chain,
    synced: () => synced(),
    untilFree: async (work) => work(),
    log: { error: (given: unknown) => logged.push(given) } as never,
  });
  return {
    ...log,
    file,
    keeper,
    logged,
    events: () => log.ops.prepare('SELECT event FROM audit ORDER BY id').pluck().all(),
    kept: () => readHead(file).head,
    look: () =>
      chainCheck({ chain, file, problem: keeper.problem }).look() as { says: string; found: object[] },
    whenSynced(work: () => Promise<void>) {
      synced = work;
    },
  };
}

t.test('it names the last row, and only this user may read it', async (t) => {
  const { keeper, file, chain, kept, add, look } = keepHead(t);
  await keeper.runOnce();
  t.match(kept(), { ...chain.newest(), id: 3, at: '2026-11-01T00:00:03.000Z' });
  t.equal(fs.statSync(file).mode & 0o777, 0o600);
  add(2);
  await keeper.runOnce();
  t.match(kept(), { ...chain.newest(), id: 5 });
  t.same(
    fs.readdirSync(path.dirname(file)).filter((name) => name.startsWith('audit.')),
    ['audit.head'],
  );
  t.same(look(), { says: 'Nothing changed or missing', found: [] });
});

t.test('without new rows it is not written, and an empty log has none', async (t) => {
  const { keeper, kept } = keepHead(t);
  await keeper.runOnce();
  const before = kept();
  await keeper.runOnce();
  t.same(kept(), before);
  const empty = keepHead(t, { rows: 0 });
  await empty.keeper.runOnce();
  t.equal(empty.kept(), null);
  t.same(empty.look().found, []);
});

t.test('a row is on the disk before the head names it', async (t) => {
  const { keeper, kept, add, whenSynced } = keepHead(t);
  whenSynced(async () => {
    t.equal(kept(), null);
    add(1);
  });
  await keeper.runOnce();
  t.match(kept(), { id: 3 }, 'not the row that came during the sync');
  add(1);
  whenSynced(() => Promise.reject(new Error('EIO')));
  await t.rejects(keeper.runOnce(), /EIO/);
  t.match(kept(), { id: 3 });
});

t.test('a head whose row is gone stays, and the check names it until audit.head is removed', async (t) => {
  const { keeper, kept, falsify, add, look, file, events } = keepHead(t, { rows: 5 });
  await keeper.runOnce();
  const before = kept();
  falsify('DELETE FROM audit WHERE id > 3');
  add(4);
  await keeper.runOnce();
  t.same(kept(), before);
  t.match(look().found, [
    {
      subject: 'chain',
      severity: 'error',
      text: /^Row 5, which audit\.head names, is not in ops\.db: .* remove audit\.head; the server makes a new one\.$/,
    },
  ]);
  fs.rmSync(file);
  await keeper.runOnce();
  t.equal(events().at(-1), 'audit.head_made');
  t.match(kept(), { id: 10 });
  t.match(look().found, [{ subject: 'head-made', severity: 'info' }]);
});

t.test('a missing file is recorded when a server before this one has left it', async (t) => {
  const fresh = keepHead(t);
  await fresh.keeper.runOnce();
  t.notOk(fresh.events().includes('audit.head_made'), 'the first server finds none');
  const log = openAuditLog(t);
  log.audit.record({ event: 'server.started', outcome: 'ok', by: systemRequester });
  const { keeper, events, ops } = keepHead(t, { log });
  await keeper.runOnce();
  t.same(events(), ['server.started', 'audit.head_made']);
  t.equal(ops.prepare('SELECT detail FROM audit WHERE id = 2').pluck().get(), '{"row":1}');
  await keeper.runOnce();
  t.same(events().length, 2);
});

t.test('a missing file is recorded once while it cannot be written', async (t) => {
  const { keeper, events, kept, file, add, whenSynced } = keepHead(t);
  await keeper.runOnce();
  fs.rmSync(file);
  whenSynced(() => Promise.reject(new Error('EIO')));
  for (let time = 0; time < 3; time += 1) await t.rejects(keeper.runOnce(), /EIO/);
  const made = () => events().filter((event) => event === 'audit.head_made').length;
  t.equal(made(), 1);
  whenSynced(async () => {});
  await keeper.runOnce();
  t.equal(made(), 1);
  t.ok(kept());
  fs.rmSync(file);
  add(1);
  await keeper.runOnce();
  t.equal(made(), 2, 'it was there in between');
});

t.test('a file that is none, or cannot be written, is a warning with its reason', async (t) => {
  const { keeper, file, look, kept, logged, add, head } = keepHead(t);
  const cases: [words: RegExp, spoil: () => void][] = [
    [/audit\.head is a folder, not a file\./, () => fs.mkdirSync(file)],
    [/audit\.head is a link, not a file\./, () => fs.symlinkSync('/etc/hostname', file)],
    [/audit\.head is a link, not a file\./, () => fs.symlinkSync('/nowhere', file)],
    [/audit\.head is not as the server writes it\./, () => fs.writeFileSync(file, '{"id":1}')],
    ...[
      '{"id":-1}',
      '{"id":0}',
      '{"id":9007199254740992}',
      '{"at":"now"}',
      '{"at":""}',
      '{"hash":["0"]}',
    ].map((part): [RegExp, () => void] => [
      /audit\.head is not as the server writes it\./,
      () => fs.writeFileSync(file, JSON.stringify({ ...head(), ...JSON.parse(part) })),
    ]),
    [/audit\.head is not as the server writes it\./, () => fs.writeFileSync(file, '')],
    [/audit\.head is not a plain file\./, () => void execFileSync('mkfifo', [file])],
    [/audit\.head is not as the server writes it\./, () => fs.writeFileSync(file, 'x'.repeat(5000))],
    [/audit\.head\.new is a folder/, () => fs.mkdirSync(`${file}.new`)],
  ];
  for (const [words, spoil] of cases) {
    spoil();
    add(1);
    await keeper.end();
    t.match(keeper.problem(), words);
    const count = logged.length;
    await keeper.end();
    t.equal(logged.length, count, 'logged once');
    t.match(look().found, [{ subject: 'head-file', severity: 'warning', text: words }]);
    fs.rmSync(file, { recursive: true, force: true });
    fs.rmSync(`${file}.new`, { recursive: true, force: true });
    await keeper.end();
    t.equal(keeper.problem(), null);
    t.ok(kept());
    fs.rmSync(file);
  }
  t.equal(fs.existsSync('/nowhere'), false);
});

t.test('a server writes its head at its start, and at its end after the row of its stop', async (t) => {
  const root = makeFolder(t);
  const app = await startApp(t, { root });
  const { headKeeper, head } = app.use(audit);
  await headKeeper.runOnce();
  t.match(readHead(headFile(root)).head, head() as object);
  t.match(queryOps(root, 'SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1'), [head()]);
  await app.close();
  const [last] = queryOps(root, 'SELECT id, hash, event FROM audit ORDER BY id DESC LIMIT 1');
  t.equal(last?.event, 'server.stopped');
  t.match(readHead(headFile(root)).head, { id: last?.id, hash: last?.hash });
});
