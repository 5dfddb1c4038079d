// Reads attributes of XML parts, after a check that the part is plain: UTF-8, without a document type and entities of its own.
import { isUtf8 } from 'node:buffer';
import { ZipRefusal } from '../zip/refusal.ts';

/** Throws a `ZipRefusal` unless the bytes are XML that each reader understands alike. */
export function assertPlainXml(bytes: Buffer, name: string) {
  const refuse = (what: string) => new ZipRefusal('xml_unsafe', `The part ${name} of the workbook ${what}`);
  const start = bytes.toString('latin1', 0, 200);
  if (/^(\xff\xfe|\xfe\xff|\0|[^\0]\0)/.test(start)) throw refuse('is UTF-16 text; only UTF-8 is read.');
  const [, encoding = 'utf-8'] = /^[^>]*\bencoding\s*=\s*["']([^"']*)["']/.exec(start) ?? [];
  if (!/^(utf-?8|us-ascii)$/i.test(encoding) || !isUtf8(bytes)) throw refuse('is not UTF-8 text.');
  if (bytes.includes('<!DOCTYPE') || bytes.includes('<!ENTITY'))
    throw refuse('has a document type or entities, which no workbook needs.');
}

type Attributes = Record<string, string>;

/** The attributes of each element with this local name, without their prefixes. An attribute has no `<`. */
export function readElements(xml: string, name: string): Attributes[] {
  const element = new RegExp(`<(?:[\\w.-]+:)?${name}(?=[\\s/>])((?:[^<>"']|"[^"<]*"|'[^'<]*')*)>`, 'g');
  return [...xml.matchAll(element)].map(([, text = '']) => readAttributes(text));
}

function readAttributes(text: string): Attributes {
  const attribute = /(?:[\w.-]+:)?([\w.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
  const pairs = [...text.matchAll(attribute)];
  return Object.fromEntries(
    pairs.map(([, key = '', double, single]) => [key, decode(double ?? single ?? '')]),
  );
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decode(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w+));/gi, (all, hex, decimal, name) => {
    if (name) return entities[name] ?? all;
    const point = hex ? Number.parseInt(hex, 16) : Number(decimal);
    return point <= 0x10ffff ? String.fromCodePoint(point) : all;
  });
}

export function encode(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
