import fs from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import t, { type Test } from 'tap';
import { makeFolder } from '../support/folder.ts';
import { parseCsv } from '../../src/csv/csv.ts';
import { bytesInMemory, type CsvBytes, openCsvBytes } from '../../src/csv/csv-bytes.ts';
import { readCsvRecords } from '../../src/csv/csv-records.ts';

const partBytes = 64 * 1024;

function assertSame(t: Test, bytes: Buffer, what: string) {
  const expected = parseCsv(bytes, ',');
  const { records, fault } = readCsvRecords(bytesInMemory(bytes), ',');
  const found = [...records];
  t.ok(isDeepStrictEqual(found, expected.records.slice(1)), what);
  t.equal(found.length, records.length, `${what}: the length`);
  t.strictSame(fault, expected.fault, `${what}: the fault`);
}

/** A little more than two parts; `shift` moves the ends of the parts within the rows. */
function fill(row: string, shift = 0): string {
  return `\uFEFFid,text\r\n${'x'.repeat(shift)},\n${row.repeat(Math.ceil((2.1 * partBytes) / row.length))}`;
}

t.test('a file that is read in parts has the same records as one read at once', async (t) => {
  const rows = {
    CRLF: '1,a\r\n',
    CR: '1,a\r',
    quotes: '"1","a ""b"" ü\r\n"\r\n',
    'empty cells': ',\n',
    'blank lines': '\r\n\r\n1,2\n',
  };
  for (const [what, row] of Object.entries(rows))
    for (let shift = 0; shift < Buffer.byteLength(row); shift++)
      assertSame(t, Buffer.from(fill(row, shift)), `${what}, ${shift}`);
  const long = `1,"${'a ""b"" '.repeat(partBytes / 4)}"\n2,b\n`;
  assertSame(t, Buffer.from(`id,text\n${long}${long}`), 'cells that are longer than parts');
  assertSame(t, Buffer.from(fill('1,2,')), 'no line end');
  assertSame(t, Buffer.from(`${fill('1,2\n')}3,"4"x\n5,6\n`), 'text after a quote');
  assertSame(t, Buffer.from(`${fill('1,2\n')}3,"4\n5,6\n`), 'a quote that is never closed');
});

t.test('bytes that are not UTF-8, and NULs, are found in any part', async (t) => {
  const facts = (end: Buffer) => {
    const { isUtf8, hasNul } = readCsvRecords(
      bytesInMemory(Buffer.concat([Buffer.from(`id\n${'a\n'.repeat(partBytes / 2)}`), end])),
      ',',
    );
    return { isUtf8, hasNul };
  };
  t.strictSame(facts(Buffer.from('ü\n')), { isUtf8: true, hasNul: false });
  t.strictSame(facts(Buffer.from('\xfc\n', 'latin1')), { isUtf8: false, hasNul: false });
  t.strictSame(facts(Buffer.from('a\0b')), { isUtf8: true, hasNul: true });
});

t.test('a large file is read again from the disk, and only while it is the same', async (t) => {
  const file = path.join(makeFolder(t), 'manuals.csv');
  const text = `\uFEFFid,title\n${'M1,ü\n'.repeat(15_000)}`;
  fs.writeFileSync(file, text);
  const bytes = openCsvBytes(file, 1024);
  const small = bytesInMemory(Buffer.from(text));
  t.equal(bytes.hash, small.hash);
  const { records } = readCsvRecords(bytes, ',');
  t.ok(isDeepStrictEqual([...records], [...readCsvRecords(small, ',').records]));
  fs.writeFileSync(file, text.replace('M1,ü\nM1', 'M1,ü\nM2'));
  t.throws(() => [...records], { code: 'temporary', message: /^The file changed while it was read/ });
  fs.writeFileSync(file, text.slice(0, -5));
  t.throws(() => [...records], { code: 'temporary' }, 'a shorter one');
  fs.writeFileSync(file, text);
  t.equal([...records].length, 15_000);
  fs.rmSync(file);
  fs.writeFileSync(file, 'another file');
  t.equal([...records].length, 15_000, 'no other file takes its place');
});

t.test('a file below the limit is read once', async (t) => {
  const file = path.join(makeFolder(t), 'manuals.csv');
  fs.writeFileSync(file, 'id\n1\n');
  const bytes: CsvBytes = openCsvBytes(file, 5);
  fs.writeFileSync(file, 'id\n2\n');
  t.strictSame([...readCsvRecords(bytes, ',').records], [['1']]);
});
