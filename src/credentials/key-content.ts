// Judges the content of a key file by its kind: what it is instead, and where to get the right one. Never repeats the content.
import { isObject, parseJson } from '../core/json.ts';
import { judgeGoogleKey, whereToGetGoogleKey } from '../google/key.ts';
import type { CredentialKind } from './credential-list.ts';

/** A key of Google's console has 2,400 bytes. */
const maxServiceAccountBytes = 16 * 1024;

/** `email`: the account of a key that can be used, if it has one. `problem` follows the name of the file. */
export type Judged = { email: string | null } | { problem: string };

/** `content`: all bytes of the file. */
export function judgeKey(kind: CredentialKind, content: Buffer): Judged {
  if (content.toString('utf8').trim() === '') return { problem: 'is empty. Choose the file with the key.' };
  return kind === 'service_account' ? judgeServiceAccount(content) : judgeApiKey(content);
}

function judgeServiceAccount(content: Buffer): Judged {
  if (content.length > maxServiceAccountBytes)
    return {
      problem: `is larger than 16 KiB, so it is not the key of a service account. ${whereToGetGoogleKey}`,
    };
  const judged = judgeGoogleKey(content.toString('utf8'));
  if (!('problem' in judged)) return { email: judged.email };
  const isBinary = content.includes(0);
  const what = isBinary ? 'is not text; a .p12 key cannot be used.' : judged.problem;
  return { problem: `${what} ${whereToGetGoogleKey}` };
}

const whereToGetApiKey = 'Copy the API key from the account at the service into a file, alone in one line.';
const longestApiKey = 4096;

/** The key becomes a header, so it is one word of visible ASCII. */
function judgeApiKey(content: Buffer): Judged {
  const text = content.toString('utf8').trim();
  const wrong = (what: string) => ({ problem: `${what} ${whereToGetApiKey}` });
  if (isObject(parseJson(text))) return wrong('is JSON, not an API key.');
  if (text.startsWith('-----BEGIN')) return wrong('is a private key or a certificate, not an API key.');
  if (/^(export\s+)?[A-Z][A-Z0-9_]*\s*=/.test(text))
    return wrong('sets a variable. Keep only the key, without the name before it.');
  if (/^Bearer\s/i.test(text)) return wrong('begins with “Bearer”. Keep only the key.');
  if (/[\r\n]/.test(text)) return wrong('has several lines; an API key is one line.');
  if (!/^[\x21-\x7e]+$/.test(text))
    return wrong('has spaces or letters that no API key has; it may be another file.');
  return text.length > longestApiKey ? wrong('is too long for an API key.') : { email: null };
}
