import t from 'tap';
import { guardFormula, readCell } from '../../src/sheets/formula.ts';

t.test('guards every text that a spreadsheet program would run', async (t) => {
  for (const text of ['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx', "'=1+1", "''-"]) {
    t.equal(guardFormula(text), `'${text}`);
  }
});

t.test('leaves other texts alone, also those with an apostrophe', async (t) => {
  for (const text of ['', 'a=b', "'quoted'", "'", ' =1', "'tis", '\nx']) {
    t.equal(guardFormula(text), text);
    t.equal(readCell(text), text);
  }
});

t.test('takes away exactly what it has put before a text', async (t) => {
  for (const text of ['=1', "'=1", "''''@", '-', "'", "''", '', "'a", '\t', '- list\n- item']) {
    t.equal(readCell(guardFormula(text)), text, JSON.stringify(text));
  }
});

t.test('reads a formula that nobody guarded as text', async (t) => {
  t.equal(readCell('=1+1'), '=1+1');
});
