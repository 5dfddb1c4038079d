// Falsified audit logs: each is found out, with the first row that is wrong.
import t, { type Test } from 'tap';
import { openAuditLog } from '../support/audit-log.ts';

type Log = ReturnType<typeof openAuditLog>;

function finds(t: Test, verify: () => unknown, kind: string, row: number, message: RegExp) {
  try {
    verify();
    t.fail(`${kind} is not found`);
  } catch (error) {
    t.match(error, { code: 'internal', message, details: { kind, row, next: /docs\/audit\.md/ } });
  }
}

t.test('a log as it was written is verified, with and without its head', async (t) => {
  const log = openAuditLog(t, { rows: 12 });
  const { id, hash } = log.head();
  t.same(log.verify(), { rows: 12, sealed: 0, head: { id, hash } });
  const head = log.head();
  log.add(3);
  t.match(log.verify(head), { rows: 15, head: { id: 15 } });
  t.same(openAuditLog(t).verify(), { rows: 0, sealed: 0, head: null });
});

t.test('sealed rows of an earlier version are verified with their seal', async (t) => {
  const log = openAuditLog(t, { oldRows: 7, rows: 4 });
  t.match(log.verify(log.head()), { rows: 12, sealed: 7, head: { id: 12 } });
});

t.test('more rows than are read at once are verified, and progress is reported', async (t) => {
  const log = openAuditLog(t);
  log.ops.transaction(() => log.add(10_001))();
  t.equal(log.verify(log.head()).rows, 10_001);
  log.falsify(`UPDATE audit SET actor = 'eve' WHERE id = 10001`);
  finds(t, () => log.verify(log.head()), 'changed', 10_001, /^Row 10001 of/);
});

const changed = 'changed';
const cases: [title: string, falsify: (log: Log) => void, kind: string, row: number, message: RegExp][] = [
  [
    'a changed row',
    ({ falsify }) => falsify(`UPDATE audit SET actor = 'eve' WHERE id = 5`),
    changed,
    5,
    /^Row 5 of the audit log does not fit its hash/,
  ],
  [
    'a changed first row',
    ({ falsify }) => falsify(`UPDATE audit SET reason = '' WHERE id = 1`),
    changed,
    1,
    /^Row 1 /,
  ],
  [
    'a changed last row',
    ({ falsify }) => falsify(`UPDATE audit SET peer = 'x' WHERE id = 9`),
    changed,
    9,
    /^Row 9 /,
  ],
  [
    'a changed row with its own hash computed again',
    ({ falsify }) => falsify(`UPDATE audit SET actor = 'eve' WHERE id = 5`, 5),
    'rewritten',
    9,
    /^Row 9 of the audit log is not the row that audit\.head names/,
  ],
  [
    'a changed hash',
    ({ falsify }) => falsify('UPDATE audit SET hash = lower(hex(zeroblob(32))) WHERE id = 5'),
    changed,
    5,
    /5/,
  ],
  [
    'a removed hash',
    ({ falsify }) => falsify('UPDATE audit SET hash = NULL WHERE id = 5'),
    changed,
    5,
    /^Row 5 /,
  ],
  [
    'no hash at all',
    ({ falsify }) => falsify('UPDATE audit SET hash = NULL'),
    changed,
    1,
    /^Row 1 of .* hashes were removed/,
  ],
  [
    'a removed row',
    ({ falsify }) => falsify('DELETE FROM audit WHERE id = 4'),
    'missing',
    4,
    /lacks row 4\.$/,
  ],
  [
    'removed rows',
    ({ falsify }) => falsify('DELETE FROM audit WHERE id BETWEEN 4 AND 6'),
    'missing',
    4,
    /lacks rows 4 to 6\.$/,
  ],
  [
    'a removed beginning',
    ({ falsify }) => falsify('DELETE FROM audit WHERE id < 4'),
    'missing',
    1,
    /beginning of the audit log is missing: its first row is row 4/,
  ],
  [
    'a removed end',
    ({ falsify }) => falsify('DELETE FROM audit WHERE id > 6'),
    'cut_off',
    7,
    /ends with row 6, but audit\.head names row 9/,
  ],
  [
    'a removed end, after which the server went on',
    ({ falsify, add }) => {
      falsify('DELETE FROM audit WHERE id > 6');
      add(3);
    },
    'cut_off',
    7,
    /rows 7 to 9 are gone, and row 10 was written after that/,
  ],
  [
    'a removed end whose numbers are used again',
    ({ falsify, add }) => {
      falsify(`DELETE FROM audit WHERE id > 6; UPDATE sqlite_sequence SET seq = 6 WHERE name = 'audit'`);
      add(1);
    },
    'cut_off',
    7,
    /row 7 was written after .*, when row 9 was there already/,
  ],
  [
    'a removed end whose numbers are all used again',
    ({ falsify, add }) => {
      falsify(`DELETE FROM audit WHERE id > 6; UPDATE sqlite_sequence SET seq = 6 WHERE name = 'audit'`);
      add(9);
    },
    'cut_off',
    7,
    /row 7 was written after/,
  ],
  ['an empty log', ({ falsify }) => falsify('DELETE FROM audit'), 'cut_off', 1, /ends with row 0/],
  [
    'an emptied log in which the server went on',
    ({ falsify, add }) => {
      falsify('DELETE FROM audit');
      add(2);
    },
    'cut_off',
    1,
    /rows 1 to 9 are gone, and row 10 was written/,
  ],
  [
    'an emptied log that begins again at row 1',
    ({ falsify, add }) => {
      falsify('DELETE FROM audit; DELETE FROM sqlite_sequence');
      add(2);
    },
    'cut_off',
    1,
    /row 1 was written after/,
  ],
  [
    'an added row',
    ({ falsify }) =>
      falsify(`INSERT INTO audit (at, actor, event, outcome) VALUES ('2026-11-01', 'eve', 'x', 'ok')`),
    changed,
    10,
    /^Row 10 /,
  ],
  [
    'a row before the first',
    ({ falsify }) =>
      falsify(`INSERT INTO audit (id, at, actor, event, outcome, hash) VALUES (0, '', '', 'x', 'ok', 'y')`),
    changed,
    0,
    /^Row 0 /,
  ],
];

for (const [title, falsify, kind, row, message] of cases)
  t.test(`found: ${title}`, async (t) => {
    const log = openAuditLog(t, { rows: 9 });
    const head = log.head();
    falsify(log);
    finds(t, () => log.verify(head), kind, row, message);
  });

t.test('the chain alone shows changes; only the head shows a removed end', async (t) => {
  const log = openAuditLog(t, { rows: 9 });
  log.falsify('DELETE FROM audit WHERE id > 6');
  t.match(log.verify(null), { rows: 6 });
});

const sealed: [title: string, sql: string, kind: string, row: number, message: RegExp][] = [
  [
    'changed',
    `UPDATE audit SET actor = 'eve' WHERE id = 3`,
    'changed',
    1,
    /before row 6 are not those that it seals/,
  ],
  [
    'missing',
    'DELETE FROM audit WHERE id IN (2, 3)',
    'missing',
    2,
    /^2 rows are missing among those that row 6 seals/,
  ],
  ['missing at the end', 'DELETE FROM audit WHERE id = 5', 'missing', 5, /^A row is missing/],
  ['missing altogether', 'DELETE FROM audit WHERE id < 6', 'missing', 1, /^5 rows are missing/],
  ['without their seal', 'DELETE FROM audit WHERE id = 6', 'missing', 6, /lacks row 6/],
  ['missing with their seal', 'DELETE FROM audit WHERE id <= 6', 'missing', 1, /first row is row 7/],
  ['under a changed seal', `UPDATE audit SET detail = '{}' WHERE id = 6`, 'changed', 6, /^Row 6 /],
  [
    'hashless, as their seal',
    `UPDATE audit SET hash = NULL WHERE id = 6`,
    'changed',
    1,
    /has no hash, and no row seals/,
  ],
];

for (const [title, sql, kind, row, message] of sealed)
  t.test(`found: sealed rows that are ${title}`, async (t) => {
    const log = openAuditLog(t, { oldRows: 5, rows: 4 });
    const head = log.head();
    log.falsify(sql);
    finds(t, () => log.verify(head), kind, row, message);
  });

t.test('a seal whose detail is nonsense with a hash that fits seals nothing', async (t) => {
  const log = openAuditLog(t, { oldRows: 5, rows: 4 });
  log.falsify(`UPDATE audit SET detail = 'x' WHERE id = 6`, 6);
  finds(t, () => log.verify(), 'changed', 1, /not those that it seals/);
});
