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
  if (file === null) throw refusal('No key is set. Set CHL_GOOGLE_KEY_FILE to the key of a service account.');
  const problem = findSecretFileProblem(file);
  if (problem !== null) throw refusal(`CHL_GOOGLE_KEY_FILE is ${JSON.stringify(file)}${problem}`);
  const found = parseJson(readText(file));
  if (!isObject(found)) throw refusal(`${file} is not JSON. ${expected}`);
  const { type, client_email: email, private_key: privateKey } = found as Record<string, unknown>;
  if (type === 'authorized_user' || 'installed' in found || 'web' in found)
    throw refusal(`${file} is the key of a person or an application. ${expected}`);
  if (type !== 'service_account' || typeof email !== 'string' || typeof privateKey !== 'string')
    throw refusal(`${file} lacks type, client_email or private_key. ${expected}`);
  if (!privateKey.includes('-----BEGIN PRIVATE KEY-----'))
    throw refusal(`private_key in ${file} is not a PEM key. ${expected}`);
  if (!isIntact(privateKey)) throw refusal(`private_key in ${file} is damaged. ${expected}`);
  return { email, privateKey };
}

const expected = 'Download a JSON key of a service account from Google’s console, and use that file.';

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
