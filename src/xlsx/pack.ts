// Packs the checked parts of a workbook as the workbook that hucre reads: nothing else of the file reaches the library.
import { encode } from './xml.ts';

type Packed = {
  /** In the order of the sheets; each with its XML. */
  sheets: { name: string; xml: Buffer }[];
  strings: Buffer | null;
  styles: Buffer | null;
  is1904: boolean;
};

const relations = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const packages = 'http://schemas.openxmlformats.org/package/2006';
const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';

export function packWorkbook({ sheets, strings, styles, is1904 }: Packed): Uint8Array {
  const sheetIds = sheets.map(({ name }, at) => `<sheet name="${encode(name)}" r:id="s${at}"/>`).join('');
  const parts: [string, Buffer][] = [
    ...sheets.map(({ xml }, at): [string, Buffer] => [`xl/s${at}.xml`, xml]),
    ...(strings ? [['xl/strings.xml', strings] as [string, Buffer]] : []),
    ...(styles ? [['xl/styles.xml', styles] as [string, Buffer]] : []),
  ];
  const related = [
    ...sheets.map((_, at) => relation(`s${at}`, 'worksheet', `s${at}.xml`)),
    relation('t', 'sharedStrings', 'strings.xml'),
    relation('u', 'styles', 'styles.xml'),
  ];
  return store([
    ['[Content_Types].xml', xml(`<Types xmlns="${packages}/content-types"/>`)],
    ['_rels/.rels', relationships([relation('w', 'officeDocument', 'xl/workbook.xml')])],
    [
      'xl/workbook.xml',
      xml(
        `<workbook xmlns="${main}" xmlns:r="${relations}"><workbookPr date1904="${is1904 ? 1 : 0}"/>` +
          `<sheets>${sheetIds}</sheets></workbook>`,
      ),
    ],
    ['xl/_rels/workbook.xml.rels', relationships(related)],
    ...parts,
  ]);
}

function relation(id: string, type: string, target: string): string {
  return `<Relationship Id="${id}" Type="${relations}/${type}" Target="${target}"/>`;
}

function relationships(all: string[]): Buffer {
  return xml(`<Relationships xmlns="${packages}/relationships">${all.join('')}</Relationships>`);
}

function xml(text: string): Buffer {
  return Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>${text}`);
}

/** A ZIP of stored entries. Their CRC-32 is left out: the bytes were checked, and go no further than to the reader. */
function store(parts: [name: string, data: Buffer][]): Uint8Array {
  const headers: Buffer[] = [];
  const chunks: Buffer[] = [];
  let at = 0;
  for (const [name, data] of parts) {
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(20, 4);
    local.writeUInt32LE(data.length, 18);
    local.writeUInt32LE(data.length, 22);
    local.writeUInt16LE(name.length, 26);
    const listed = Buffer.alloc(46);
    listed.writeUInt32LE(0x02014b50, 0);
    local.copy(listed, 6, 4, 30);
    listed.writeUInt32LE(at, 42);
    headers.push(listed, Buffer.from(name));
    chunks.push(local, Buffer.from(name), data);
    at += local.length + name.length + data.length;
  }
  const directory = Buffer.concat(headers);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(parts.length, 8);
  end.writeUInt16LE(parts.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...chunks, directory, end]);
}
