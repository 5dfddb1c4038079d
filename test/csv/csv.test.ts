import t from 'tap';
import { formatRecord, parseCsv } from '../../src/csv/csv.ts';

const read = (text: string, delimiter = ',') => parseCsv(Buffer.from(text), delimiter);

t.test('records are read as RFC 4180 defines them', async (t) => {
  const cases: [string, string, string[][]][] = [
    [
      'plain cells',
      'a,b\n1,2\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'no line end after the last record',
      'a,b\n1,2',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'CRLF',
      'a,b\r\n1,2\r\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'CR alone',
      'a,b\r1,2\r',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    ['a byte order mark before a quoted header', '\uFEFF"a",b\n', [['a', 'b']]],
    ['two byte order marks', '\uFEFF\uFEFF"a",b\n', [['a', 'b']]],
    ['line ends, delimiters and doubled quotes in quotes', 'a\n"x\r\ny,""z"""\n', [['a'], ['x\r\ny,"z"']]],
    [
      'empty cells, also at the end',
      'a,,c,\n,,,',
      [
        ['a', '', 'c', ''],
        ['', '', '', ''],
      ],
    ],
    ['an empty line as one empty cell', 'a\n\nb\n', [['a'], [''], ['b']]],
    ['rows of different lengths as they are', 'a,b\n1\n1,2,3\n', [['a', 'b'], ['1'], ['1', '2', '3']]],
    [
      'text of any script, quoted or not',
      'é,"日本"\n😀,\u0000\n',
      [
        ['é', '日本'],
        ['😀', '\u0000'],
      ],
    ],
    [
      'cells that repeat the one above, or begin like it',
      'ab,x\nab,xy\nabc,x\na,x\n"ab",x\nab,x\n',
      [
        ['ab', 'x'],
        ['ab', 'xy'],
        ['abc', 'x'],
        ['a', 'x'],
        ['ab', 'x'],
        ['ab', 'x'],
      ],
    ],
    ['spaces as they are', ' a , b \n', [[' a ', ' b ']]],
  ];
  for (const [title, text, records] of cases) t.strictSame(read(text), { records, fault: null }, title);
  t.strictSame(read('a;"1,5;x"\n', ';').records, [['a', '1,5;x']]);
  t.strictSame(read('a\t1,5\n', '\t').records, [['a', '1,5']]);
});

t.test('reading stops at a misplaced quote and reports its position', async (t) => {
  const cases: [string, number, number, string][] = [
    ['a,b\n1,"x\n2,y\n', 2, 1, 'The quote that opens this cell is never closed.'],
    [
      'a,b\n1,2\n"x"y,z\n',
      3,
      0,
      'Text follows the closing quote of this cell; a quote inside a cell must be doubled.',
    ],
    [
      'a,b\n1,"x" \n',
      2,
      1,
      'Text follows the closing quote of this cell; a quote inside a cell must be doubled.',
    ],
    ['a,b\n1,5" disk\n', 2, 1, 'There is a quote inside this cell, but the cell does not begin with one.'],
  ];
  for (const [text, row, cell, message] of cases) {
    const { records, fault } = read(text);
    t.strictSame(fault, { row, cell, message }, text);
    t.equal(records.length, row - 1, 'the records before are kept');
  }
});

t.test('invalid UTF-8 is read as replacement characters', async (t) => {
  t.strictSame(parseCsv(Buffer.from('a,b\ngr\xfcn,2\n', 'latin1'), ',').records[1], ['gr\uFFFDn', '2']);
});

t.test('reading stops after the requested number of records', async (t) => {
  t.strictSame(parseCsv(Buffer.from('a,b\n"never closed'), ',', 1), { records: [['a', 'b']], fault: null });
});

t.test('written records are read back unchanged', async (t) => {
  const record = ['', ' ', 'a,b', '"', 'x""y', '\r\n', '\n', '\r', "'=1", '=1+1', '😀', 'plain;\ttext'];
  t.strictSame(read(formatRecord(record)).records, [record]);
  t.equal(formatRecord(['a', 'b"c']), 'a,"b""c"\r\n');
});
