// No text that leaves the server contains a secret or the path of the home folder: answers, live updates, the server's log and
// the audit log pass through one redactor. The output of jobs is masked where it is read, see secrets.ts.
import type { Config } from './config.ts';
import { AppError } from './errors.ts';
import { shortenHomes } from './home.ts';
import { proxySecrets, urlSecrets } from './network.ts';
import { keptSecretFiles, maskerFor, readSecretFile } from './secrets.ts';

export type Redactor = ReturnType<typeof createRedactor>;

/** Tokens and sessions are known by their hashes only, so they are recognized by their form: see src/access/secret.ts. So are
 *  secrets of webhooks, of which a replaced one is known to receivers: see src/webhook-store/secret.ts. */
const ownSecret = /ch[ls]_[\w-]{43,}|whsec_[\w+/-]{43}=?/g;
/** The user and the password of an address. */
const inAddress = /:\/\/[^\s/?#@"'<>:]+:[^\s/?#@"'<>]+@/g;
/** A shorter secret, or one of letters alone, cannot be told from words and markup. */
const minLength = 8;
const wordLike = /^[a-z]{1,15}$/i;
/** Secrets are read again after this time, because a person may replace a key file. */
const readEveryMs = 5000;
/** No request and no answer is nested this deep. */
const maxDepth = 100;
const mark = '[masked]';

export function createRedactor(config: Config, now: () => number = () => performance.now()) {
  const keyOf = createKeyReader();
  const sources = [
    () => fixedSecrets(config),
    () => [config.embedding?.keyFile, config.google.keyFile].flatMap(keyOf),
    () => keptSecretFiles(config.root).flatMap(keyOf),
  ].map(keepFormer);
  let masker = maskerFor([]);
  let known = '';
  let readAt = Number.NEGATIVE_INFINITY;

  /** The masker of the secrets at this time. */
  const current = () => {
    if (now() - readAt < readEveryMs) return masker;
    readAt = now();
    const secrets = [...new Set(sources.flatMap((source) => source()))].filter(isTelling).sort();
    const joined = secrets.join('\0');
    if (joined === known) return masker;
    known = joined;
    masker = maskerFor(secrets.flatMap(spellings));
    return masker;
  };
  const mask = (text: string) => current().text(hasOwnSecret(text) ? text.replace(ownSecret, mark) : text);
  const clean = (text: string) => shortenHomes(mask(text));
  const record = (text: string) => clean(text.replace(inAddress, `://${mark}@`));

  return {
    /** Adds a source of secrets, which is read again from time to time. */
    add(source: () => string[]) {
      sources.push(keepFormer(source));
    },

    /** A secret may have changed. */
    refresh() {
      readAt = Number.NEGATIVE_INFINITY;
    },

    /** Masks secrets. */
    mask,

    /** Masks secrets in every text of a JSON value, but not in names of properties; gives the value itself if it has none. */
    maskAll: <T>(value: T): T => mapTexts(value, mask),

    /** Masks secrets, and writes `~` for the home folder. */
    clean,

    /** The same for every text of a JSON value. */
    cleanAll: <T>(value: T): T => mapTexts(value, clean),

    /** Cleans text that is kept, in which the user and the password of any address are masked, too. Answers keep them, because
     *  entries of the library may describe such addresses. */
    record,

    /** The same for every text of a JSON value. */
    recordAll: <T>(value: T): T => mapTexts(value, record),
  };
}

/** Pages have few underscores, so this takes a hundredth of the time of the pattern. */
function hasOwnSecret(text: string): boolean {
  for (let at = text.indexOf('_'); at >= 0; at = text.indexOf('_', at + 1))
    if (['chl', 'chs', 'sec'].some((prefix) => text.startsWith(prefix, at - 3))) return true;
  return false;
}

/** While a source fails, e.g. because too many files are open, its former secrets are masked: an answer, a line of the log and an
 *  audit row must not fail with it. */
function keepFormer(source: () => string[]) {
  let former: string[] = [];
  return () => {
    try {
      former = source();
    } catch {}
    return former;
  };
}

/** The server's own token, and what addresses contain. */
function fixedSecrets({ accessToken, embedding, embeddingQueue, network }: Config): string[] {
  return [
    ...(accessToken === null ? [] : [accessToken]),
    ...proxySecrets(network),
    ...[embedding?.url, embeddingQueue].flatMap((address) => urlSecrets(address ?? '')),
  ];
}

/** A file that cannot be read now keeps the secret that it had. */
function createKeyReader() {
  const former = new Map<string, string>();
  return (file: string | null | undefined): string[] => {
    if (!file) return [];
    try {
      const key = readSecretFile(file);
      if (key !== null) former.set(file, key);
    } catch {}
    return [former.get(file) ?? []].flat();
  };
}

function isTelling(secret: string): boolean {
  return secret.length >= minLength && !wordLike.test(secret);
}

/** The forms of a secret in text and in HTML. */
function spellings(secret: string): string[] {
  if (secret.includes('\n')) return [secret];
  const inHtml = secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return [secret, inHtml.replaceAll('"', '&quot;').replaceAll("'", '&#39;')];
}

/** Gives a JSON value with its texts replaced; the same object if no text has changed. Throws `bad_request` for one that is nested
 *  too deep. */
function mapTexts<T>(value: T, map: (text: string) => string, depth = 0): T {
  if (typeof value === 'string') return map(value) as T;
  if (depth > maxDepth)
    throw new AppError('bad_request', `The request is nested more than ${maxDepth} levels deep.`);
  if (Array.isArray(value)) {
    const mapped = value.map((one) => mapTexts(one, map, depth + 1));
    return mapped.some((one, index) => one !== value[index]) ? (mapped as T) : value;
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const mapped = entries.map(([name, one]) => [name, mapTexts(one, map, depth + 1)] as const);
  return mapped.some(([, one], index) => one !== entries[index]?.[1])
    ? (Object.fromEntries(mapped) as T)
    : value;
}
