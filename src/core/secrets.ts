// The secrets of a job, and the forms in which they could appear: plain, JSON-escaped, in base64, line by line. The content
// of secret files is kept in memory only.
import fs from 'node:fs';
import { childEnvironment, type Config } from './config.ts';
import { googleEnvironment } from './config-google.ts';
import type { Operation } from './operation.ts';
import { createByteMask } from './byte-mask.ts';
import { isObject, parseJson } from './json.ts';
import { proxySecrets } from './network.ts';
import { maxSecretFileBytes } from './secret-file.ts';

/** Masking shorter texts would hide ordinary words. */
const minBytes = 6;
/** Shorter lines of a key file (PEM, base64) reveal nothing by themselves. */
const minLineBytes = 16;
/** Names of variables and JSON keys whose value is a secret. */
const secretName = /key|token|secret|password|passphrase/i;
/** The codes of a path that no program of this user can read as a file. */
const unreadable = ['ENOENT', 'EACCES', 'ENOTDIR', 'EPERM', 'ELOOP', 'ENAMETOOLONG', 'ENXIO'];
const base64Widths = [64, 76];

export type Masker = ReturnType<typeof maskerFor>;

/** Masks `secrets`: `stream()` in chunks of bytes, `text` in a string, `value` in every string of a JSON value. */
export function maskerFor(secrets: string[]) {
  const forms = [...new Set(secrets.flatMap(formsOf))].filter((form) => Buffer.byteLength(form) >= minBytes);
  const createStream = createByteMask(forms.map((form) => Buffer.from(form)));
  const text = (plain: string): string => {
    // Most texts have none, and copying them takes longer than searching.
    if (!forms.some((form) => plain.includes(form))) return plain;
    const mask = createStream();
    return Buffer.concat([mask.add(Buffer.from(plain)), mask.end()]).toString();
  };
  /** Also masks keys. */
  const value = <T>(plain: T): T => (forms.length === 0 ? plain : (maskDeep(plain, text) as T));
  return { stream: createStream, text, value };
}

/** The secrets that settings, proxies and the variables of a custom operation pass to its script: the contents of files named by
 *  `…_FILE` variables, and the values of variables with a secret's name. */
export function readSecrets(config: Config, { script }: Pick<Operation, 'script'>): string[] {
  const asked = typeof script === 'string' ? [] : script.env;
  const environment = childEnvironment(config, googleEnvironment(config), asked);
  const passedOn = secretsIn(environment, ['CHL_EMBEDDING_KEY_FILE', 'CHL_GOOGLE_KEY_FILE', ...asked]);
  // A script may read the server's .env file.
  const own = config.accessToken === null ? [] : [config.accessToken];
  return [...passedOn, ...proxySecrets(config.network), ...own];
}

/** The value of a secret that was read from a file; null when the file cannot be read. */
export const readSecretFile = readStart;

/** Skips unreadable files, because the script cannot read them either. */
export function secretsIn(environment: Record<string, string>, names: string[]): string[] {
  return names.flatMap((name) => {
    const value = environment[name] ?? '';
    const secret = name.endsWith('_FILE') ? readStart(value) : secretName.test(name) ? value : null;
    return secret ? [secret] : [];
  });
}

function readStart(file: string): string | null {
  let fd: number;
  try {
    fd = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  } catch (error) {
    if (unreadable.includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
  try {
    if (!fs.fstatSync(fd).isFile()) return null;
    const content = Buffer.alloc(maxSecretFileBytes);
    return content.subarray(0, fs.readSync(fd, content, 0, maxSecretFileBytes, 0)).toString();
  } finally {
    fs.closeSync(fd);
  }
}

/** The forms of a secret; of a JSON file, e.g. of a service account, also those of the values of keys with a secret's name. */
function formsOf(secret: string): string[] {
  const whole = secret.trim();
  return [...encodingsOf(whole), ...secretValues(whole).flatMap(encodingsOf)];
}

function encodingsOf(secret: string): string[] {
  const lines = secret.split(/\r?\n/).map((line) => line.trim());
  const longLines = lines.length > 1 ? lines.filter((line) => line.length >= minLineBytes) : [];
  return [...escapes(secret), ...longLines.flatMap(escapes), ...base64Of(secret)].filter(Boolean);
}

function escapes(text: string): string[] {
  return [text, JSON.stringify(text).slice(1, -1)];
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

/** None when the text is not JSON: the whole text and its lines are masked already. */
function secretValues(text: string): string[] {
  const parsed = parseJson(text);
  if (!isObject(parsed)) return [];
  return Object.entries(parsed).flatMap(([name, value]) =>
    secretName.test(name) && typeof value === 'string' ? [value.trim()] : [],
  );
}

function maskDeep(value: unknown, mask: (text: string) => string): unknown {
  if (typeof value === 'string') return mask(value);
  if (Array.isArray(value)) return value.map((item) => maskDeep(item, mask));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [mask(name), maskDeep(item, mask)]));
}
