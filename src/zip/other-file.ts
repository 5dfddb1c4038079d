// Names a file that is not a ZIP file, by its first bytes.
import { readAt, type ZipFile } from './bytes.ts';
import { ZipRefusal } from './refusal.ts';
import type { ZipRules } from './rules.ts';

const kinds: [signature: RegExp, sentence: string][] = [
  [/^7z\xbc\xaf/, notZip('a 7z archive')],
  [/^Rar!/, notZip('a RAR archive')],
  [/^\x1f\x8b/, notZip('a gzip file')],
  [/^\xfd7zXZ/, notZip('an xz file')],
  [/^BZh/, notZip('a bzip2 file')],
  [/^\x28\xb5\x2f\xfd/, notZip('a Zstandard file')],
  [/^.{257}ustar/s, notZip('a tar archive')],
  [/^(?:MZ|\x7fELF)/, notZip('a program')],
  [/^UEsDB/, notZip('base64 text')],
  [
    /^(?:\xef\xbb\xbf)?\s*<(?:.*<)?(?:!doctype|html)/is,
    notZip('a web page', 'the download needs a sign-in, or has failed'),
  ],
  [/^(?:\xef\xbb\xbf)?\s*<\?xml/i, notZip('XML', 'the download has failed')],
  [/^\s*[{[]/, notZip('JSON')],
  [/^PK/, 'The ZIP is cut off.'],
  [/^$/, 'The file is empty.'],
];
const headBytes = 512;

export function noZip(zip: ZipFile, { otherFiles }: ZipRules) {
  const head = readAt(zip, 0, Math.min(zip.size, headBytes)).toString('latin1');
  const [, sentence = 'The file is not a ZIP file.'] =
    [...otherFiles, ...kinds].find(([signature]) => signature.test(head)) ?? [];
  return new ZipRefusal('not_a_zip', sentence);
}

function notZip(what: string, reason = ''): string {
  return `The file is ${what}, not a ZIP file${reason && `: ${reason}`}.`;
}
