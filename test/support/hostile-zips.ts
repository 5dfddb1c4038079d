// Hostile archives that must be refused, each a valid ZIP with one lie, and a few unusual ones that must be accepted. A case is
// its number, a description, and the code of its refusal as a snapshot (null: accepted).
import { crc32, deflateRawSync } from 'node:zlib';
import type { Members } from './snapshots.ts';
import { toParts, withIndex } from './snapshots.ts';
import { buildZip, field, numbers, type Part } from './zip.ts';

type HostileCase = [id: string, what: string, code: string | null, zip: () => Buffer];

/** Those of a snapshot. */
export function hostileZips(members: Members): HostileCase[] {
  const [manifest, index] = toParts(members);
  const zipped = () => buildZip(toParts(members));
  return [
    ...hostileArchives((more) => toParts(members, more)),
    [
      '85',
      'a ZIP as index',
      'index_invalid',
      () => buildZip(toParts(withIndex(members, zipped), { method: 8 })),
    ],
    ['90', 'no meta file', 'member_missing', () => buildZip([manifest, index])],
    [
      '91',
      'another kind of index',
      'index_invalid',
      () => buildZip(toParts(withIndex(members, writeAt(0, 'IwFl')))),
    ],
  ];
}

/** Those of any ZIP. `parts` makes the entries of a valid one; the second of them gets the lies. */
export function hostileArchives(parts: (more?: Partial<Part>) => Part[]): HostileCase[] {
  const all = parts();
  const [first, victim] = all as [Part, Part];
  const rest = all.slice(2);
  const valid = () => buildZip(all);
  /** A valid ZIP with additional entries. */
  const added =
    (...more: Part[]) =>
    () =>
      buildZip([...all, ...more]);
  const spoiled = (more: Partial<Part>) => () => buildZip([first, { ...victim, ...more }, ...rest]);
  const named = (name: string | Buffer, more: Partial<Part> = {}) =>
    added({ name, data: Buffer.from('x'), ...more });
  const utf8 = { flags: 0x800 };
  const deflated = { method: 8 };
  const content = victim.data as Buffer;
  const zeros = lazy(() => deflateRawSync(Buffer.alloc(200 * 1024 * 1024), { level: 1 }));
  const evilPath = Buffer.concat([numbers([1, 1], [crc32('unified_x.index'), 4]), Buffer.from('../../evil')]);

  return [
    ['00', 'deflated', null, () => buildZip(parts(deflated))],
    ['01', 'stored', null, valid],
    ['02', 'with data descriptors', null, () => buildZip(parts({ ...deflated, hasDescriptor: true }))],
    ['03', 'with ZIP64 fields', null, () => buildZip(parts({ isWide: true }), { isWide: true })],
    ['04', 'a folder', 'zip_name', named('snap/', { mode: 0o040755, data: Buffer.alloc(0) })],
    ['10', 'a path traversal', 'zip_name', named('../../chl.index')],
    ['11', 'a path traversal from a folder', 'zip_name', named('a/../../chl.index')],
    ['12', 'an absolute path', 'zip_name', named('/etc/cron.d/x')],
    ['13', 'a drive letter', 'zip_name', named('C:\\Windows\\x.index')],
    ['14', 'a path traversal with backslashes', 'zip_name', named('..\\..\\chl.index')],
    ['15', 'a network share', 'zip_name', named('\\\\srv\\share\\x')],
    ['16', 'a NUL in the name', 'zip_name', named('chl.index\0.txt')],
    ['17', 'line ends in the name', 'zip_name', named('chl\r\n.index')],
    ['18', 'a right-to-left override', 'zip_name', named('chl\u202exedni.index', utf8)],
    ['19', 'a combining mark', 'zip_name', named('che\u0301l.index', utf8)],
    ['20', 'a dot', 'zip_name', named('.')],
    ['21', 'no name', 'zip_name', named('')],
    ['22', 'a name of 65,006 bytes', 'zip_name', named(`${'a'.repeat(65_000)}.index`)],
    ['23', 'an alternate stream', 'zip_name', named('chl.index::$DATA')],
    ['24', 'a DOS device name', 'zip_name', named('NUL.index')],
    ['25', 'a dot at the end', 'zip_name', named('chl.index.')],
    [
      '26',
      'a name flagged as UTF-8 that is not',
      'zip_name',
      named(Buffer.from('chl\xff\xfe.index', 'latin1'), utf8),
    ],
    ['27', 'markup in the name', 'zip_name', named('<img src=x onerror=alert(1)>.index')],
    ['28', 'a hidden file', 'zip_name', named('.chl.index')],
    ['29', 'a script', 'zip_name', named('evil.sh')],
    ['30', 'the same name twice', 'zip_duplicate', added(victim)],
    ['31', 'the same name in upper case', 'zip_duplicate', named(String(victim.name).toUpperCase())],
    [
      '32',
      'the same name in another normal form',
      'zip_name',
      added({ name: 'u\u00e9.index' }, { name: 'ue\u0301.index' }),
    ],
    ['33', 'two names for one entry', 'zip_headers', spoiled({ lname: 'unified_other.index' })],
    ['34', 'a second name in an extra field', 'zip_extra', spoiled({ extra: field(0x7075, evilPath) })],
    ['40', 'a link', 'zip_kind', spoiled({ mode: 0o120777 })],
    [
      '41',
      'a link, then a file of the same name',
      'zip_kind',
      () =>
        buildZip([first, { ...victim, mode: 0o120777, data: Buffer.from('/etc/passwd') }, victim, ...rest]),
    ],
    ['42', 'a pipe', 'zip_kind', spoiled({ mode: 0o010644 })],
    ['43', 'an odd mode', null, () => buildZip(parts({ mode: 0o104755 }))],
    ['44', 'encrypted', 'zip_encrypted', spoiled({ flags: 0x1 })],
    ['45', 'strongly encrypted', 'zip_encrypted', spoiled({ flags: 0x41 })],
    ['46', 'compressed with bzip2', 'zip_method', spoiled({ method: 12, raw: content })],
    ['47', 'stored with two sizes', 'zip_sizes', spoiled({ size: content.length + 1 })],
    ['50', 'a wrong CRC-32', 'zip_damaged', spoiled({ crc: 0x12345678 })],
    ['51', 'a declared size of 10 bytes', 'zip_damaged', spoiled({ ...deflated, size: 10 })],
    ['52', 'a declared size of 4 GiB', 'zip_ratio', spoiled({ ...deflated, size: 0xfffffffe })],
    ['53', 'ZIP64 sizes of 2^60', 'zip_spans', spoiled(wideLie(numbers([2n ** 60n, 8], [2n ** 60n, 8])))],
    ['54', 'a ZIP64 field of 4 bytes', 'zip_extra', spoiled(wideLie(numbers([1, 4])))],
    [
      '55',
      'an extra field beyond its end',
      'zip_extra',
      spoiled({ extra: field(0x5455, Buffer.alloc(5), 500) }),
    ],
    [
      '56',
      'a malformed NTFS field',
      'zip_extra',
      spoiled({ extra: field(0x000a, numbers([0, 4], [1, 2], [900, 2])) }),
    ],
    [
      '57',
      'an invalid DEFLATE block',
      'zip_damaged',
      spoiled({ ...deflated, raw: Buffer.from([7, 1, 2, 3]), size: 100 }),
    ],
    ['58', 'truncated at the end', 'not_a_zip', () => valid().subarray(0, -30)],
    ['59', 'truncated in the middle', 'not_a_zip', () => valid().subarray(0, valid().length >> 1)],
    ['60', 'an image', 'not_a_zip', () => Buffer.from('GIF89a\x01\x00\x01\x00\x00\x00\x00;', 'latin1')],
    ['61', 'an empty file', 'not_a_zip', () => Buffer.alloc(0)],
    ['62', 'only an end record', 'member_missing', () => buildZip([])],
    ['63', '4 KiB after the end', 'not_a_zip', () => buildZip(parts(), { suffix: Buffer.alloc(4096) })],
    [
      '64',
      'a script in front',
      'zip_spans',
      () => buildZip(parts(), { prefix: Buffer.from('#!/bin/sh\nexit\n') }),
    ],
    ['65', 'two ZIPs in a row', 'zip_end', () => Buffer.concat([valid(), valid()])],
    ['66', 'an end record in the comment', 'zip_end', () => buildZip(parts(), { comment: buildZip([]) })],
    ['67', 'a comment longer than the rest', 'zip_end', () => buildZip(parts(), { commentLength: 500 })],
    ['68', 'more entries than declared', 'zip_counts', () => buildZip(parts(), { onDisk: 1, total: 1 })],
    [
      '69',
      '60,000 declared entries',
      'zip_entries',
      () => buildZip(parts(), { onDisk: 60_000, total: 60_000 }),
    ],
    [
      '70',
      'a directory beyond the end',
      'zip_directory',
      () => buildZip(parts(), { directoryAt: 0x7fffffff }),
    ],
    ['71', 'the fourth of several disks', 'zip_disks', () => buildZip(parts(), { disk: 3 })],
    ['72', 'an entry beyond the end', 'zip_spans', spoiled({ headerAt: 0x70000000 })],
    ['73', 'an offset that is not an entry', 'zip_spans', spoiled({ headerAt: 40 })],
    [
      '80',
      '200 MiB of zeros',
      'zip_ratio',
      () => buildZip([first, bomb(victim, zeros(), 200 * 1024 * 1024), ...rest]),
    ],
    [
      '81',
      '200 MiB of zeros, declared as 1,000 bytes',
      'zip_damaged',
      () => buildZip([first, bomb(victim, zeros(), 1000), ...rest]),
    ],
    [
      '82',
      '500 entries with the same content',
      'zip_entries',
      () => buildZip([victim, ...overlapping(victim, 499)]),
    ],
    ['83', 'a quoted overlap of 250', 'zip_entries', () => quotedOverlap(victim, 250)],
    [
      '84',
      '20,000 empty entries',
      'zip_entries',
      () => buildZip(Array.from({ length: 20_000 }, (_, i) => ({ name: `e${i}` }))),
    ],
    ['92', 'an empty index', 'zip_empty', spoiled({ data: Buffer.alloc(0) })],
  ];
}

/** The name of a copy that the same ZIP may have. */
function numbered({ name }: Part, number: number | string): string {
  return String(name).replace(/(\.\w+)$/, `-${number}$1`);
}

/** `count` entries of the directory that all point to the first content. */
function overlapping(part: Part, count: number): Part[] {
  return Array.from({ length: count }, (_, i) => ({
    ...part,
    name: numbered(part, i),
    headerAt: 0,
    isOnlyListed: true,
  }));
}

/** The packed bytes of each entry quote the local header of the next (Fifield 2019) as a stored DEFLATE block; the
 *  kernel at the end belongs to all entries. */
export function quotedOverlap(part: Part, count: number): Buffer {
  let body = deflateRawSync(Buffer.alloc(1024 * 1024));
  let size = 1024 * 1024;
  const listed: Part[] = [];
  for (let i = count - 1; i >= 0; i--) {
    const entry = { ...part, name: numbered(part, String(i).padStart(3, '0')), method: 8, crc: i, size };
    const headerBytes = 30 + entry.name.length;
    const header = buildZip([{ ...entry, raw: body }]).subarray(0, headerBytes);
    listed.unshift({
      ...entry,
      compressedSize: body.length,
      isOnlyListed: true,
      headerAt: i * (headerBytes + 5),
    });
    if (i > 0)
      body = Buffer.concat([numbers([0, 1], [headerBytes, 2], [~headerBytes & 0xffff, 2]), header, body]);
    else body = Buffer.concat([header, body]);
    size += headerBytes;
  }
  return buildZip(listed, { prefix: body });
}

function bomb(part: Part, raw: Buffer, size: number): Part {
  return { ...part, method: 8, raw, size };
}

/** Sizes in a forged ZIP64 field. */
function wideLie(body: Buffer): Partial<Part> {
  return { size: 0xffffffff, compressedSize: 0xffffffff, extra: field(1, body) };
}

function writeAt(at: number, text: string) {
  return (bytes: Buffer) => {
    bytes.write(text, at, 'latin1');
    return bytes;
  };
}

function lazy<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
