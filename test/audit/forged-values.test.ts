// Values and rows that another program has changed so that they look as before.
import t from 'tap';
import { systemRequester } from '../../src/core/audit.ts';
import { openAuditLog } from '../support/audit-log.ts';

/** Row 5 has these values, to be replaced by ones that are shown alike. */
const actor = 'ada \ufffd\ufffd\ufffd b';
const target = 'job:7';

function openLog(t: Parameters<typeof openAuditLog>[0]) {
  const log = openAuditLog(t, { rows: 4 });
  const by = { ...systemRequester, actor };
  log.audit.record({ event: 'test.row', outcome: 'ok', by, target, reason: 'half \ud800 of a pair' });
  log.add(4);
  return log;
}

const set = (column: string, value: string) => `UPDATE audit SET ${column} = ${value} WHERE id = 5`;
const replaced = (bytes: string) => set('actor', `CAST(x'61646120${bytes}2062' AS TEXT)`);
/** The table without its key, as nothing but the chain would notice. */
const withoutKey = `
  CREATE TABLE copy AS SELECT * FROM audit;
  DROP TABLE audit;
  ALTER TABLE copy RENAME TO audit;
`;

const forgeries: [title: string, sql: string, kind: string, row: number][] = [
  ['bytes that decode to the same text', replaced('fffefd'), 'changed', 5],
  ['the start of a character for its replacement', replaced('f09f98efbfbdefbfbd'), 'changed', 5],
  ['an overlong encoding', replaced('c0afefbfbd'), 'changed', 5],
  ['a text as BLOB', set('target', `CAST('${target}' AS BLOB)`), 'changed', 5],
  ['a hash as BLOB', set('hash', 'CAST(hash AS BLOB)'), 'changed', 5],
  ['a hash in upper case', set('hash', 'upper(hash)'), 'changed', 5],
  ['a hash with a NUL behind it', set('hash', 'hash || char(0)'), 'changed', 5],
  ['NULL for no text', set('detail', `''`), 'changed', 5],
  ['no text for a text', set('target', 'NULL'), 'changed', 5],
  ['a NUL and more behind it', set('target', `target || char(0) || 'x'`), 'changed', 5],
  ['a space behind it', set('target', `target || ' '`), 'changed', 5],
  ['a text that is too long', set('target', `target || printf('%.*c', 2000000, ' ')`), 'changed', 5],
  ['a number for a text', set('target', '7.0'), 'changed', 5],
  ['a number in a column without a type', `${withoutKey} ${set('target', '7')}`, 'changed', 5],
  ['a fraction as number of the row', `${withoutKey} ${set('id', '5.5')}`, 'missing', 5],
  ['NULL as number of the row', `${withoutKey} ${set('id', 'NULL')}`, 'missing', 5],
  [
    'two rows that trade their numbers',
    'UPDATE audit SET id = -1 WHERE id = 5; UPDATE audit SET id = 5 WHERE id = 6; UPDATE audit SET id = 6 WHERE id = -1',
    'changed',
    5,
  ],
  ['a row twice', `${withoutKey} INSERT INTO audit SELECT * FROM audit WHERE id = 5`, 'changed', 5],
  [
    'another row of the same number',
    `${withoutKey} INSERT INTO audit SELECT * FROM audit WHERE id = 5; UPDATE audit SET actor = 'eve' WHERE rowid = 10`,
    'changed',
    5,
  ],
];

for (const [title, sql, kind, row] of forgeries)
  t.test(`found: ${title}`, async (t) => {
    const log = openLog(t);
    const head = log.head();
    t.match(log.verify(head), { rows: 9 });
    log.falsify(sql);
    try {
      log.verify(head);
      t.fail('it was not found');
    } catch (error) {
      t.match(error, { details: { kind, row } }, String(error));
    }
  });

t.test('a column or a trigger of another program changes no row', async (t) => {
  const log = openLog(t);
  log.falsify(`
    ALTER TABLE audit ADD COLUMN note TEXT;
    UPDATE audit SET note = 'x';
    CREATE TRIGGER harmless AFTER INSERT ON audit BEGIN SELECT 1; END;
  `);
  log.add(1);
  t.match(log.verify(log.head()), { rows: 10 });
});
