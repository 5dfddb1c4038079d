// Reads the key of a Google service account: the JSON file that Google's console gives once.
import { createPrivateKey } from 'node:crypto';
import fs from 'node:fs';
import { badInput } from '../core/errors.ts';
import { explain } from '../core/faults.ts';
import { isObject, parseJson } from '../core/json.ts';
import { findSecretFileProblem } from '../core/secret-file.ts';

/** `privateKey`: PEM. `email`: the address with which spreadsheets are shared. */
export type GoogleKey = { email: string; privateKey: string };

/** Reads the file anew each time, so that a new key needs no restart. Throws `bad_input` with the code `google_key`. */
export function readGoogleKey(file: string | null): GoogleKey {
  if (file === null)
    throw refusal(
      'No key is set. Add the key of a service account under Settings, Credentials, or set CHL_GOOGLE_KEY_FILE to its file.',
    );
  const problem = findSecretFileProblem(file);
  if (problem !== null) throw refusal(`The key file of Google is ${JSON.stringify(file)}${problem}`);
  const judged = judgeGoogleKey(readText(file));
  if ('problem' in judged) throw refusal(`${file} ${judged.problem} ${whereToGetGoogleKey}`);
  return judged;
}

/** `problem` follows the name of the file. It never repeats the text. */
export function judgeGoogleKey(text: string): GoogleKey | { problem: string } {
  const found = parseJson(text);
  if (!isObject(found)) return { problem: describeOther(text.trim()) };
  const { type, client_email: email, private_key: privateKey } = found;
  if ('installed' in found || 'web' in found)
    return { problem: 'is the OAuth client of an application, not the key of a service account.' };
  if (type === 'authorized_user')
    return { problem: 'is the login of a person or an application, not the key of a service account.' };
  if (type === 'external_account')
    return { problem: 'describes a login through another provider, not the key of a service account.' };
  if (type !== 'service_account' || typeof email !== 'string' || typeof privateKey !== 'string')
    return { problem: 'lacks type, client_email or private_key of a service account.' };
  if (!privateKey.includes('-----BEGIN PRIVATE KEY-----'))
    return { problem: 'has a private_key that is not a PEM key.' };
  if (!isIntact(privateKey)) return { problem: 'has a private_key that is damaged.' };
  return { email, privateKey };
}

export const whereToGetGoogleKey =
  'Download a JSON key: in Google’s console open IAM & Admin, Service accounts, the account, Keys, Add key.';

function describeOther(text: string): string {
  if (/^AIza[\w-]+$/.test(text))
    return 'is an API key (AIza…), which opens public data only, not the JSON key of a service account.';
  if (text.startsWith('-----BEGIN'))
    return 'is not JSON: it has a private key or certificate alone, without the rest of the JSON key.';
  if (/^[{[]/.test(text)) return 'is not JSON: it is cut off or was changed.';
  return 'is not JSON.';
}

function isIntact(privateKey: string): boolean {
  try {
    createPrivateKey(privateKey);
    return true;
  } catch {
    return false;
  }
}

function readText(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    throw refusal(`The key cannot be read. ${explain(error, file)}`);
  }
}

function refusal(message: string) {
  return badInput('google_key', message);
}
