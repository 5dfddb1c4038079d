// Snapshots that an operator has unpacked and zipped again, or whose files or ZIP a program has changed on the way.
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { AppError } from '../../src/core/errors.ts';
import { builtIn } from '../../src/embedding/built-in.ts';
import { checkSnapshot } from '../../src/snapshots/check.ts';
import { makeIndexed, memberStem, sha256, toParts, withMeta } from '../support/snapshots.ts';
import { buildZip, field, type Part } from '../support/zip.ts';
import { makeFolder } from '../support/folder.ts';

const root = makeFolder(t);
const { config, library, members } = await makeIndexed(root);
t.teardown(() => library.close());
const folder = path.join(config.indexFolder, 'staged-00000000');
const valid = [sha256(members.index), sha256(members.meta)];

/** Returns the hashes of the unpacked files, or the refusal. */
async function check(zip: Buffer): Promise<string[] | { code: unknown; message: string }> {
  const file = path.join(root, 'upload.zip');
  fs.writeFileSync(file, zip);
  try {
    await checkSnapshot({
      zip: file,
      folder,
      maxBytes: 2 ** 26,
      reserveBytes: 0,
      library,
      model: builtIn,
      onProgress() {},
    });
    const hashes = fs.readdirSync(folder).sort();
    return hashes.map((name) => sha256(fs.readFileSync(path.join(folder, name))));
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'bad_input') throw error;
    return { code: error.details?.code, message: error.message };
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

const deflated = { method: 8 };
const parts = (more: Partial<Part> = deflated) => toParts(members, more);
const file = (name: string, data = 'x') => ({ name, data: Buffer.from(data) });
const directory = (name: string) => ({ name, mode: 0o040755, data: Buffer.alloc(0) });
const renamed = (rename: (name: string) => string) =>
  parts().map((part) => ({ ...part, name: rename(String(part.name)) }));
const within = (prefix: string) => renamed((name) => prefix + name);
/** As `zip - * | cat` writes: the local header has the size, but neither CRC-32 nor packed size. */
const streamed = parts({ ...deflated, hasDescriptor: true }).map((part) => ({
  ...part,
  lsize: part.data?.length ?? 0,
}));

const taken: Record<string, () => Buffer> = {
  'of zip -9': () => buildZip(parts({ ...deflated, flags: 0x2 })),
  'of zip -1': () => buildZip(parts({ ...deflated, flags: 0x4 })),
  'of the fastest level': () => buildZip(parts({ ...deflated, flags: 0x6 })),
  'written as a stream': () => buildZip(streamed),
  'with a comment': () => buildZip(parts(), { comment: Buffer.from('made by mara on 2026-01-01') }),
  'with a long comment': () => buildZip(parts(), { comment: Buffer.alloc(2000, 'a') }),
  'with a comment, and ZIP64 records': () =>
    buildZip(parts({ isWide: true }), { isWide: true, comment: Buffer.from('made by mara') }),
  'with comments on its entries': () => buildZip(parts({ ...deflated, comment: Buffer.from('mine') })),
  'with a line end behind it': () => buildZip(parts(), { suffix: Buffer.from('\r\n') }),
  'with a comment and a line end behind it': () =>
    buildZip(parts(), { comment: Buffer.from('made by mara'), suffix: Buffer.from('\n') }),
  'in a folder': () => buildZip([directory('set/'), ...within('set/')]),
  'in a folder without an entry': () => buildZip(within('index snapshot (1)/')),
  'in a folder with a name of another language': () => buildZip(within('Schnappschüsse/')),
  'in a folder with a name in UTF-8 or an older encoding': () =>
    buildZip([
      directory('スナップ/'),
      ...parts().map((part) => ({ ...part, name: Buffer.from(`スナップ/${part.name}`) })),
    ]),
  'in a folder with a name in Shift JIS': () =>
    buildZip(
      parts().map((part) => ({ ...part, name: Buffer.from(`\x83X\x83i\x83b\x83v/${part.name}`, 'latin1') })),
    ),
  'by its absolute path': () =>
    buildZip([
      directory('home/'),
      directory('home/mara/'),
      directory('home/mara/set/'),
      ...within('home/mara/set/'),
      file('home/mara/set/.DS_Store'),
    ]),
  'by its path on Windows': () => buildZip(within('Users\\mara\\set\\')),
  'as the folder that is open': () => buildZip([directory('./'), ...within('./')]),
  'with a folder that has no name': () => buildZip([directory('/'), ...within('/')]),
  'with backslashes': () => buildZip(within('snapshot\\')),
  'of the Finder': () =>
    buildZip([
      ...parts(),
      directory('__MACOSX/'),
      ...renamed((name) => `__MACOSX/._${name}`),
      file('.DS_Store'),
      file('__MACOSX/._.DS_Store'),
    ]),
  'of the Finder, in a folder': () =>
    buildZip([
      directory('snapshot/'),
      ...within('snapshot/'),
      file('snapshot/.DS_Store'),
      directory('__MACOSX/snapshot/'),
      ...renamed((name) => `__MACOSX/snapshot/._${name}`),
    ]),
  'with files of the desktop': () =>
    buildZip([...parts(), file('desktop.ini', ''), file('Thumbs.db'), file('.directory')]),
  'with files of file services and of programs': () =>
    buildZip([
      ...within('set/'),
      file('set/.dropbox'),
      file('set/Icon\r'),
      file('set/.~lock.manifest.json#'),
      file('set/@eaDir/manifest.json@SynoEAStream'),
    ]),
  'with names in upper case': () => buildZip(renamed((name) => name.toUpperCase())),
  'with names that a browser numbered': () => buildZip(renamed((name) => name.replace('.', ' (1).'))),
  'with names of copies': () => buildZip(renamed((name) => name.replace(/(?=\.(json|index)$)/, ' - Copy'))),
  'with names of copies in another language': () =>
    buildZip(renamed((name) => name.replace(/(?=\.(json|index)$)/, ' - コピー (2)'))),
  'with names of copies of another program': () => buildZip(renamed((name) => `Kopie von ${name}`)),
  'with names in conflict': () =>
    buildZip(renamed((name) => name.replace('.', " (Mara's conflicted copy 2026-01-02)."))),
  'with names in brackets': () => buildZip(renamed((name) => name.replace(/(?=\.\w+$)/, '[1]'))),
  'with a hidden ending': () => buildZip(renamed((name) => name.replace('.json', '.json.txt'))),
  'with names that the Finder numbered': () => buildZip(renamed((name) => name.replace('.', ' 2.'))),
  'with the field of a Java archive': () => buildZip(parts({ extra: field(0xcafe, Buffer.alloc(0)) })),
  'with fields that align or protect its files': () =>
    buildZip(
      parts({ extra: Buffer.concat([field(0xa11e, Buffer.alloc(4)), field(0x4453, Buffer.alloc(11))]) }),
    ),
};

for (const [what, zip] of Object.entries(taken)) {
  t.test(`a ZIP ${what} is taken`, async (t) => {
    t.same(await check(zip()), valid);
  });
}

const lineEnded = withMeta(members, () => {});
lineEnded.meta = Buffer.concat([members.meta, Buffer.from('\r\n')]);
const [manifest, index, meta] = parts();
const other = { ...meta, data: lineEnded.meta };

const refused: Record<string, [code: string, zip: () => Buffer]> = {
  'whose meta file got a line end': ['hash_mismatch', () => buildZip([manifest, index, other])],
  'with its files in two folders': [
    'zip_name',
    () => buildZip([{ ...manifest, name: `a/${manifest.name}` }, index, meta]),
  ],
  'with its files in a folder and in a folder of that': [
    'zip_name',
    () => buildZip([...renamed((name) => (name === 'manifest.json' ? `a/${name}` : `a/b/${name}`))]),
  ],
  'with another folder': ['zip_name', () => buildZip([directory('b/'), ...within('a/')])],
  'with two files of one name but for their case': [
    'zip_duplicate',
    () => buildZip([...parts(), { ...index, name: String(index.name).toUpperCase() }]),
  ],
  'with a file and its copy': [
    'zip_duplicate',
    () => buildZip([...parts(), { ...index, name: `${memberStem} (1).index` }]),
  ],
  'with a folder that has content': [
    'zip_kind',
    () => buildZip([{ ...directory('set/'), data: Buffer.from('x') }, ...within('set/')]),
  ],
  'with a file of the desktop that is a link': [
    'zip_kind',
    () => buildZip([...parts(), { ...file('.DS_Store', '/etc/passwd'), mode: 0o120777 }]),
  ],
  'with a comment that looks like a ZIP': [
    'zip_end',
    () => buildZip(parts(), { comment: Buffer.from('PK\x03\x04') }),
  ],
  'with more behind its end': ['not_a_zip', () => buildZip(parts(), { suffix: Buffer.from('\r\nmore') })],
  'whose local header has another size': [
    'zip_headers',
    () => buildZip(streamed.map((part) => ({ ...part, lsize: 7 }))),
  ],
};

for (const [what, [code, zip]] of Object.entries(refused)) {
  t.test(`a ZIP ${what} is refused with the next step`, async (t) => {
    const found = await check(zip());
    t.match(found, {
      code,
      message: / Upload the ZIP as it was downloaded\. The current index is unchanged\.$/,
    });
  });
}

const head = (text: string, length = 99) => Buffer.from(text.padEnd(length), 'latin1');
const whole = buildZip(parts());

/** Each is named as what it is. */
const described: Record<string, [what: RegExp, bytes: Buffer]> = {
  'a 7z archive': [/^The file is a 7z archive, not a ZIP file\./, head('7z\xbc\xaf\x27\x1c')],
  'a RAR archive': [/^The file is a RAR archive, not a ZIP file\./, head('Rar!\x1a\x07')],
  'a gzip file': [/^The file is a gzip file, not a ZIP file\./, head('\x1f\x8b\x08')],
  'an xz file': [/^The file is an xz file, not a ZIP file\./, head('\xfd7zXZ\0')],
  'a bzip2 file': [/^The file is a bzip2 file, not a ZIP file\./, head('BZh9')],
  'a Zstandard file': [/^The file is a Zstandard file, not a ZIP file\./, head('\x28\xb5\x2f\xfd')],
  'a tar archive': [/^The file is a tar archive, not a ZIP file\./, head(`${'\0'.repeat(257)}ustar`, 512)],
  'a web page': [
    /^The file is a web page, not a ZIP file: the download needs a sign-in, or has failed\./,
    head('\n<!-- served by mara --><html>…</html>'),
  ],
  'an error of a file store': [/^The file is XML, not a ZIP file: /, head('<?xml version="1.0"?><Error>')],
  'an error of an API': [/^The file is JSON, not a ZIP file: /, head('{"error":{"code":"unauthorized"}}')],
  'the meta file alone': [/^The file is JSON, not a ZIP file: /, members.meta],
  'the index alone': [/^The file is the index alone, not the ZIP of a snapshot\./, members.index],
  'a program': [/^The file is a program, not a ZIP file\./, head('MZ\x90\0')],
  'a ZIP in base64': [/^The file is base64 text, not a ZIP file\./, Buffer.from(whole.toString('base64'))],
  'an empty file': [/^The file is empty\./, Buffer.alloc(0)],
  'a ZIP that holds a ZIP': [
    /^The ZIP holds another ZIP, snapshot\.zip\. Unpack it once, then upload that one\./,
    buildZip([{ name: 'snapshot.zip', method: 8, data: whole }]),
  ],
  'a ZIP that holds a ZIP as it is': [
    /^The ZIP holds another ZIP, mara\/snapshot\.zip\. Unpack it once, then upload that one\./,
    buildZip([{ name: 'mara/snapshot.zip', data: whole }]),
  ],
  'a ZIP with another file': [
    /^The ZIP has an entry named "Größe\.csv", which no snapshot has\./,
    buildZip([...parts(), file('Größe.csv')]),
  ],
  'a self-extracting archive': [
    /^Something precedes the content of the ZIP, as in a self-extracting archive\./,
    buildZip(parts(), { prefix: Buffer.from('MZ program') }),
  ],
  'a ZIP behind something else': [
    /^Bytes were added to the ZIP or removed from it after it was written\./,
    Buffer.concat([Buffer.from('\ufeff'), whole]),
  ],
  'a ZIP with other line ends': [
    /^Bytes were added to the ZIP or removed from it after it was written\./,
    Buffer.from(whole.toString('latin1').replaceAll('\n', '\r\n').replace(/$/, ''), 'latin1'),
  ],
  'a ZIP that ends in its comment': [
    /^The ZIP is cut off\./,
    buildZip(parts(), { comment: Buffer.alloc(50, 'a') }).subarray(0, -10),
  ],
  'a ZIP by another method': [
    /^The entry manifest\.json of the ZIP is packed with bzip2; only Deflate can be read\./,
    buildZip(parts({ method: 12 })),
  ],
  'a ZIP by an unknown method': [
    /^The entry manifest\.json of the ZIP is packed with method 77; only Deflate can be read\./,
    buildZip(parts({ method: 77 })),
  ],
};

for (const [what, [words, bytes]] of Object.entries(described)) {
  t.test(`${what} is named as what it is`, async (t) => {
    const { message } = (await check(bytes)) as { message: string };
    t.match(message, words);
    t.match(message, / (Upload the ZIP as it was downloaded|Unpack it once, then upload that one)\./);
  });
}
