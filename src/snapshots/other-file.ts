// Names an uploaded file that is not a ZIP file, by its first bytes.
import { refusal } from './refusal.ts';
import { readAt, type ZipFile } from './zip-bytes.ts';

const kinds: [what: string, at: number, signature: RegExp][] = [
  ['a 7z archive', 0, /^7z\xbc\xaf/],
  ['a RAR archive', 0, /^Rar!/],
  ['a gzip file', 0, /^\x1f\x8b/],
  ['a tar archive', 257, /^ustar/],
  ['a web page', 0, /^(?:\xef\xbb\xbf)?\s*<(?:!doctype|html)/i],
];
const headBytes = 512;

export function noZip(zip: ZipFile) {
  const head = readAt(zip, 0, Math.min(zip.size, headBytes)).toString('latin1');
  const kind = kinds.find(([, at, signature]) => signature.test(head.slice(at)));
  const isCutOff = head.startsWith('PK');
  if (kind) return refusal('not_a_zip', `The file is ${kind[0]}, not a ZIP file.`);
  return refusal('not_a_zip', isCutOff ? 'The ZIP is cut off.' : 'The file is not a ZIP file.');
}
