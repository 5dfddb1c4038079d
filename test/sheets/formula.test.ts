import t from 'tap';
import { guardApostrophe, guardFormula, readCell } from '../../src/sheets/formula.ts';

const hidden = ['＝1+1', '＋1', '－1', '＠SUM(A1)', ' =1', '\n\t＝1', '\u0000=1', '\u3000＋1', "'＝1"];

t.test('every text that a spreadsheet program would run gets an apostrophe', async (t) => {
  for (const text of ['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx', "'=1+1", "''-", ...hidden]) {
    t.equal(guardFormula(text), `'${text}`);
  }
});

t.test('other texts stay as they are, even with an apostrophe', async (t) => {
  for (const text of ['', 'a=b', "'quoted'", "'", ' x=1', "'tis", '\nx', 'a＝b']) {
    t.equal(guardFormula(text), text);
    t.equal(readCell(text), text);
  }
});

t.test('reading a cell removes exactly the apostrophe that was added', async (t) => {
  for (const text of ['=1', "'=1", "''''@", '-', "'", "''", '', "'a", '\t', '- list\n- item', ...hidden]) {
    t.equal(readCell(guardFormula(text)), text, JSON.stringify(text));
  }
});

t.test('an unguarded formula is read as text', async (t) => {
  t.equal(readCell('=1+1'), '=1+1');
});

t.test('a text of a workbook gets an apostrophe only where an import takes one away', async (t) => {
  for (const text of ['=1', '- list\n- item', '\tx', "'", "'tis", '']) t.equal(guardApostrophe(text), text);
  for (const text of ["'=1", "''-"]) t.equal(guardApostrophe(text), `'${text}`);
});
