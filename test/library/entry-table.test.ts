import t from 'tap';
import { EntryTable, type HashedEntry } from '../../src/library/entry-table.ts';

const hash = (number: number) => number.toString(16).padStart(64, '0');

const entries = (count: number): HashedEntry[] =>
  Array.from({ length: count }, (_, i) => ({
    entity_id: i % 3 ? `EXP-${i}` : `Größe 合并 ${i} \u{1f600}`,
    kind: i % 2 ? 'manual' : 'experience',
    content_hash: i % 5 ? hash(i) : `of another program ${i}`,
  }));

function tableOf(all: HashedEntry[]) {
  const table = new EntryTable();
  for (const entry of all) table.add(entry);
  return table;
}

t.test('a table gives what was added to it, in the same order, and finds each entry by kind and id', (t) => {
  const all = entries(5000);
  const table = tableOf(all);
  t.equal(table.length, all.length);
  t.same([...table], all);
  t.same(table.at(4999), all[4999]);
  t.ok(all.every(({ kind, entity_id }, row) => table.rows[kind].get(entity_id) === row));
  t.end();
});

t.test('rows and entries that a table lacks are undefined', (t) => {
  const table = tableOf(entries(3));
  const { rows } = table;
  for (const row of [-1, 3]) t.equal(table.at(row), undefined);
  t.equal(rows.experience.get('EXP-1'), undefined, 'EXP-1 is a manual');
  t.equal(rows.manual.get('EXP-1'), 1);
  t.notOk(rows.manual.has('EXP-9'));
  t.equal(new EntryTable().rows.manual.get('EXP-1'), undefined);
  t.end();
});

t.test('an experience and a manual may share an id; an entry is listed once', (t) => {
  const table = tableOf([]);
  const entry = { entity_id: 'E1', content_hash: hash(1) };
  t.ok(table.add({ ...entry, kind: 'experience' }));
  t.ok(table.add({ ...entry, kind: 'manual' }));
  t.same([table.rows.experience.get('E1'), table.rows.manual.get('E1')], [0, 1]);
  t.notOk(table.add({ ...entry, kind: 'manual' }));
  t.equal(table.length, 2);
  t.end();
});
