// Rows that another program has put into the audit log: the server goes on whatever they hold, and the check names them.
import t, { type Test } from 'tap';
import { openAuditLog } from '../support/audit-log.ts';

type Log = ReturnType<typeof openAuditLog>;

function findBreak({ verify, head }: Log, withHead = false) {
  const end = withHead ? head() : null;
  try {
    verify(end);
    return null;
  } catch (error) {
    const { message, details } = error as { message: string; details: { kind: string; row: number } };
    return { message, kind: details?.kind, row: details?.row };
  }
}

const insert = (id: string, hash = 'NULL') =>
  `INSERT INTO audit (id, at, actor, event, outcome, hash) VALUES (${id}, '2026-11-02', 'eve', 'x', 'ok', ${hash})`;
const sequence = (value: string) => `UPDATE sqlite_sequence SET seq = ${value} WHERE name = 'audit'`;
const max = Number.MAX_SAFE_INTEGER;

const ids: [title: string, sql: string, row: number, after: number][] = [
  ['the greatest number but one', insert('9223372036854775806'), 2 ** 63, 11],
  ['the greatest number', insert('9223372036854775807'), 2 ** 63, 11],
  ['a number above those of the server', insert(`${max + 1}`), max + 1, 11],
  ['the last number of the server', insert(`${max}`), 9, 11],
  ['the last two numbers of the server', `${insert(`${max}`)};${insert(`${max - 1}`)}`, 9, 11],
  ['the last number but one', insert(`${max - 1}`), 9, 9],
  ['a negative number', insert('-9223372036854775808'), -(2 ** 63), 11],
  ['number 0', insert('0'), 0, 11],
];

for (const [title, sql, row, last] of ids)
  t.test(`a row with ${title} does not stop the server, and is found`, async (t) => {
    const log = openAuditLog(t, { rows: 8 });
    log.falsify(sql);
    log.add(1);
    log.open();
    log.add(2);
    const own = log.ops.prepare(`SELECT max(id) FROM audit WHERE id < 1000 AND event = 'test.row'`).pluck();
    t.equal(own.get(), last === 9 ? 10 : last);
    const found = findBreak(log);
    t.ok(found);
    t.equal(found?.kind, row === 9 ? found?.kind : 'changed');
    t.ok(Number(found?.row) <= (row === 9 ? 12 : row), String(found?.message));
  });

for (const value of ['9223372036854775807', `${max}`, `${max - 1}`, '-5', 'NULL', `'many'`, `x'00'`, '1e300'])
  t.test(`sqlite_sequence with ${value} does not stop the server`, async (t) => {
    const log = openAuditLog(t, { rows: 8 });
    log.falsify(sequence(value));
    log.add(1);
    log.open();
    log.add(2);
    const found = findBreak(log);
    if (value === `${max - 1}`) t.match(found, { kind: 'missing' });
    else t.match(found, null);
  });

const cells = ['at', 'actor', 'event', 'target', 'reason', 'detail', 'peer', 'request_id', 'hash'];
const values = [
  `x'00ff'`,
  `'a' || char(0) || 'b'`,
  '7',
  '1.5',
  'zeroblob(100)',
  `CAST(x'61ff' AS TEXT)`,
  `printf('%.*c', 2000000, 'x')`,
];

t.test('a value that the server never writes is found in each column', async (t) => {
  const log = openAuditLog(t, { rows: 4 });
  log.falsify('CREATE TABLE audit_copy AS SELECT * FROM audit');
  for (const column of cells)
    for (const value of values) {
      log.falsify(`UPDATE audit SET ${column} = ${value} WHERE id = 3`);
      log.add(1);
      log.open();
      t.match(findBreak(log), { kind: 'changed', row: 3 }, `${column} = ${value}`);
      log.falsify('DELETE FROM audit; INSERT INTO audit SELECT * FROM audit_copy');
      log.falsify(sequence('4'));
    }
});

t.test('a text of 100 MB is found, and not read', async (t) => {
  const log = openAuditLog(t, { rows: 4 });
  log.falsify(`UPDATE audit SET reason = printf('%.*c', 100000000, 'x') WHERE id = 3`);
  const startedAt = process.memoryUsage().rss;
  t.match(findBreak(log), { kind: 'changed', row: 3 });
  t.ok(process.memoryUsage().rss - startedAt < 90_000_000);
});

t.test('old rows that hold a BLOB are sealed, and stay verified', async (t) => {
  const log = openAuditLog(t, { oldRows: 3 });
  log.falsify(`DELETE FROM audit WHERE id = 4; UPDATE audit SET detail = x'00' WHERE id = 2`);
  log.open();
  t.match(log.verify(), { sealed: 3 });
});

t.test('removed hashes are found at the first row without one', async (t) => {
  const cases: [sql: string, row: number][] = [
    ['hash = NULL', 1],
    [`hash = ''`, 1],
    [`hash = x'00'`, 1],
    ['hash = NULL WHERE id IN (1, 2, 7)', 1],
    ['hash = NULL WHERE id IN (3, 5, 9)', 3],
    [`hash = '' WHERE id >= 4`, 4],
    ['hash = NULL WHERE id < 9', 1],
  ];
  for (const [sql, row] of cases) {
    const log = openAuditLog(t, { rows: 9 });
    const head = log.head();
    log.falsify(`UPDATE audit SET ${sql}`);
    log.open();
    const found = findBreak({ ...log, head: () => head }, true);
    t.match(found, { kind: 'changed', row }, sql);
  }
});

/** The same numbers for the same seed. */
function createRandom(seed: number) {
  let state = seed * 2654435761 + 1;
  return (below: number) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    return ((state ^ (state >>> 12)) >>> 0) % below;
  };
}

const rows = 60;
const manipulations: ((row: number, random: (below: number) => number) => [first: number, sql: string])[] = [
  (row, random) => [row, `UPDATE audit SET ${cells[random(cells.length)]} = 'zz' WHERE id = ${row}`],
  (row, random) => [
    row,
    `UPDATE audit SET ${cells[random(cells.length)]} = ${values[random(values.length)]} WHERE id = ${row}`,
  ],
  (row, random) => [row, `DELETE FROM audit WHERE id BETWEEN ${row} AND ${row + random(4)}`],
  (row) => [row, `DELETE FROM audit WHERE id >= ${row}`],
  (row) => [rows + row, insert(String(rows + row), `'${'a'.repeat(64)}'`)],
  (row) => [row, `UPDATE audit SET hash = NULL WHERE id >= ${row}`],
  (row) => [1, `UPDATE audit SET hash = NULL WHERE id <= ${row}`],
  (row) => [row, `UPDATE audit SET id = id + 1000 WHERE id >= ${row}`],
  (row) => [row, `UPDATE audit SET id = -id WHERE id = ${row}`],
  (row, random) => {
    const other = 1 + ((row + random(rows - 1)) % rows);
    const swap = `UPDATE audit SET id = -1 WHERE id = ${row}; UPDATE audit SET id = ${row} WHERE id = ${other};
      UPDATE audit SET id = ${other} WHERE id = -1`;
    return [Math.min(row, other), swap];
  },
];

function manipulate(log: Log, seed: number): number {
  const random = createRandom(seed);
  const pick = manipulations[seed % manipulations.length];
  const [first, sql] = pick?.(1 + random(rows), random) ?? [0, ''];
  log.falsify(sql);
  return first;
}

async function fuzz(t: Test, seeds: number) {
  const log = openAuditLog(t, { rows });
  const head = log.head();
  log.falsify('CREATE TABLE audit_copy AS SELECT * FROM audit');
  for (let seed = 1; seed <= seeds; seed++) {
    t.equal(log.verify(head).rows, rows, `before ${seed}`);
    const first = manipulate(log, seed);
    const found = findBreak({ ...log, head: () => head }, true);
    t.ok(found?.kind && found.row <= first + 1, `seed ${seed}, row ${first}: ${JSON.stringify(found)}`);
    log.falsify('DELETE FROM audit; INSERT INTO audit SELECT * FROM audit_copy');
  }
}

t.test('two hundred random changes are found, none later than the row after the first changed one', (t) =>
  fuzz(t, 200),
);
