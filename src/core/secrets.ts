// The secrets of a job, and the forms in which they could appear: plain, JSON-escaped, percent-encoded, in base64, line by
// line. The content of secret files is kept in memory only.
import fs from 'node:fs';
import path from 'node:path';
import { childEnvironment, type Config } from './config.ts';
import { googleEnvironment } from './config-google.ts';
import type { Operation } from './operation.ts';
import { createByteMask, createTextSearch } from './byte-mask.ts';
import { isOutOfDescriptors } from './descriptors.ts';
import { parseJson } from './json.ts';
import { proxySecrets, urlSecrets } from './network.ts';
import { maxSecretFileBytes, readSecretBytes } from './secret-file.ts';

/** Masking shorter texts would hide ordinary words. */
const minBytes = 6;
/** Shorter lines of a key file (PEM, base64) reveal nothing by themselves. */
const minLineBytes = 16;
/** Each is compared with every text, so a large file gets no more. */
const maxForms = 2000;
/** More than the key files of any format have. */
const maxCodedLines = 100;
/** Names of variables and JSON keys whose value is a secret. */
const secretName = /key|token|secret|password|passphrase/i;
/** Further names of variables whose value is a secret: DB_PASS and GITHUB_PAT, but not PATH, PWD or GIT_AUTHOR_NAME. */
const secretVariable =
  /pass(?:wd)?(?:_|$)|_pwd(?:_|$)|(?:^|_)(?:pat|auth|authorization|creds?|credentials?|dsn)(?:_|$)/i;
/** JSON keys with a secret's name whose value is an address that everybody knows. */
const addressName = /_ur[il]$/i;
/** The lines that every PEM file has. */
const pemMarker = /^-----(?:BEGIN|END) [A-Z ]+-----$/;
const base64Widths = [64, 76];
/** The bytes that percent-encodings replace: by RFC 3986, Python's quote, encodeURIComponent, encodeURI and forms. */
const encodedInAddresses = [
  /[^A-Za-z0-9_.~-]/g,
  /[^A-Za-z0-9_.~/-]/g,
  /[^A-Za-z0-9_.~!'()*-]/g,
  /[^A-Za-z0-9_.~!'()*;,/?:@&=+$#-]/g,
  /[^A-Za-z0-9_.*-]/g,
];

export type Masker = ReturnType<typeof maskerFor>;

/** Masks `secrets`: `stream()` in chunks of bytes, `text` in a string, `value` in every string of a JSON value. */
export function maskerFor(secrets: string[]) {
  const forms = [...new Set(secrets.flatMap(secretForms))].filter(
    (form) => Buffer.byteLength(form) >= minBytes,
  );
  const createStream = createByteMask(forms.map((form) => Buffer.from(form)));
  const isIn = createTextSearch(forms);
  const text = (plain: string): string => {
    // Most texts have none, and copying them takes longer than searching.
    if (!isIn(plain)) return plain;
    const mask = createStream();
    return Buffer.concat([mask.add(Buffer.from(plain)), mask.end()]).toString();
  };
  /** Also masks keys. */
  const value = <T>(plain: T): T => (forms.length === 0 ? plain : (maskDeep(plain, text) as T));
  return { stream: createStream, text, value };
}

/** The secrets that settings, proxies and the variables of a custom operation pass to its script: the contents of files named by
 *  `…_FILE` variables, the values of variables with a secret's name, and the passwords in addresses. Throws when too many files
 *  are open. */
export function readSecrets(config: Config, { script }: Pick<Operation, 'script'>): string[] {
  const asked = typeof script === 'string' ? [] : script.env;
  const environment = childEnvironment(config, googleEnvironment(config), asked);
  const passedOn = secretsIn(environment, ['CHL_EMBEDDING_KEY_FILE', 'CHL_GOOGLE_KEY_FILE', ...asked]);
  // A script may read the server's .env file.
  const own = [...[config.accessToken ?? []].flat(), ...urlSecrets(config.embeddingQueue ?? '')];
  const kept = keptSecretFiles(config.root).flatMap((file) => readStart(file) ?? []);
  return [...passedOn, ...proxySecrets(config.network), ...own, ...kept];
}

/** The files of uploaded keys and of secrets of webhooks. */
export function keptSecretFiles(root: string): string[] {
  const folder = path.join(root, 'secrets');
  try {
    return fs.readdirSync(folder).map((name) => path.join(folder, name));
  } catch {
    return [];
  }
}

/** The value of a secret that was read from a file; null when the file cannot be read. */
export const readSecretFile = readStart;

/** Skips unreadable files, because the script cannot read them either. */
export function secretsIn(environment: Record<string, string>, names: string[]): string[] {
  return names.flatMap((name) => {
    const value = environment[name] ?? '';
    if (name.endsWith('_FILE')) return [readStart(value) ?? []].flat().filter(Boolean);
    return secretName.test(name) || secretVariable.test(name) ? [value].filter(Boolean) : urlSecrets(value);
  });
}

function readStart(file: string): string | null {
  try {
    return readSecretBytes(file)?.subarray(0, maxSecretFileBytes).toString() ?? null;
  } catch (error) {
    if (isOutOfDescriptors(error)) throw error;
    return null;
  }
}

/** The texts to mask, the most telling first. A JSON file, e.g. of a service account, has the values of keys with a secret's name
 *  in place of its lines, most of which are no secret. */
export function secretForms(secret: string): string[] {
  const whole = secret.trim();
  const values = secretValues(whole);
  const forms =
    values.length === 0
      ? encodingsOf(whole)
      : [...escapes(whole), ...values.flatMap(encodingsOf), ...percentCodes(whole), ...base64Of(whole)];
  return forms.filter(Boolean).slice(0, maxForms);
}

function encodingsOf(secret: string): string[] {
  const lines = secret.split(/\r?\n/).map((line) => line.trim());
  const isTelling = (line: string) => line.length >= minLineBytes && !pemMarker.test(line);
  const longLines = lines.length > 1 ? lines.filter(isTelling).slice(0, maxForms) : [];
  const codedLines = longLines.slice(0, maxCodedLines);
  const whole = [...escapes(secret), ...percentCodes(secret)];
  return [...whole, ...longLines.flatMap(escapes), ...base64Of(secret), ...codedLines.flatMap(percentCodes)];
}

function escapes(text: string): string[] {
  return [text, JSON.stringify(text).slice(1, -1)];
}

function percentCodes(text: string): string[] {
  const codes = encodedInAddresses.map((bytes) => percentEncode(text, bytes));
  const forms = codes.flatMap((code) => [code, code.replaceAll('%20', '+')]);
  const lower = forms.map((form) => form.replace(/%[0-9A-F]{2}/g, (byte) => byte.toLowerCase()));
  return [...new Set([...forms, ...lower])];
}

function percentEncode(text: string, others: RegExp): string {
  const bytes = Buffer.from(text).toString('latin1');
  return bytes.replace(
    others,
    (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}

/** The three alignments of base64 within a longer text, without the characters that depend on neighbours, and the lines
 *  that `base64` writes. */
function base64Of(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const aligned = [0, 1, 2].map((shift) => {
    const code = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const isWhole = (shift + bytes.length) % 3 === 0;
    return code.slice(shift === 0 ? 0 : shift + 1, isWhole ? undefined : -1);
  });
  const first = aligned[0] ?? '';
  const wrapped = base64Widths.flatMap((width) => first.match(new RegExp(`.{${width}}`, 'g')) ?? []);
  const all = [...aligned, ...wrapped].filter((code) => code.length >= minLineBytes / 2);
  return [...all, ...all.map((code) => code.replaceAll('+', '-').replaceAll('/', '_'))];
}

/** At any depth of a JSON value; none when the text is not JSON. */
function secretValues(text: string): string[] {
  const found: string[] = [];
  const open: unknown[] = [parseJson(text)];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next !== 'object' || next === null) continue;
    for (const [name, value] of Object.entries(next)) {
      if (typeof value !== 'string') open.push(value);
      else if (secretName.test(name) && !addressName.test(name)) found.push(value.trim());
    }
  }
  return found;
}

function maskDeep(value: unknown, mask: (text: string) => string): unknown {
  if (typeof value === 'string') return mask(value);
  if (Array.isArray(value)) return value.map((item) => maskDeep(item, mask));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [mask(name), maskDeep(item, mask)]));
}
