// The tokens in the environment: that of the server, and that which the command line sends to one. No message repeats one.
import fs from 'node:fs';
import path from 'node:path';
import { AppError } from './errors.ts';
import { findSecretFileProblem } from './secret-file.ts';

const minLength = 16;
/** The characters that a header of a request can carry. */
const pattern = /^[\x21-\x7e]+$/;

/** Returns the value of CHL_ACCESS_TOKEN. Throws `config`. */
export function readAccessToken(token: string): string {
  const advice = 'Set it to a longer one, e.g. the output of: openssl rand -hex 24';
  if (token.length < minLength)
    throw refusal(`CHL_ACCESS_TOKEN has fewer than ${minLength} characters. ${advice}`);
  if (!pattern.test(token))
    throw refusal(`CHL_ACCESS_TOKEN has spaces, or characters outside ASCII, which no request can carry.`);
  return token;
}

/** The value of CHL_TOKEN or else the content of CHL_TOKEN_FILE; null when neither is set. Relative paths are resolved from
 *  `folder`. Throws `config`. */
export function readClientToken(env: Record<string, string | undefined>, folder: string): string | null {
  const given = env.CHL_TOKEN?.trim();
  if (given) return check('CHL_TOKEN', given);
  if (!env.CHL_TOKEN_FILE) return null;
  const file = path.resolve(folder, env.CHL_TOKEN_FILE);
  const problem = findSecretFileProblem(file);
  if (problem) throw refusal(`CHL_TOKEN_FILE is ${JSON.stringify(file)}${problem}`);
  return check(`${file} (CHL_TOKEN_FILE)`, fs.readFileSync(file, 'utf8').trim());
}

function check(name: string, token: string): string {
  if (pattern.test(token)) return token;
  throw refusal(`${name} contains no token: one line of ASCII characters without spaces is expected.`);
}

function refusal(message: string): AppError {
  return new AppError('config', message);
}
