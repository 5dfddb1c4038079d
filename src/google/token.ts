// Asks Google for an access token with a key, which shows whether Google accepts the key.
import { auth } from '@googleapis/sheets';
import { AppError } from '../core/errors.ts';
import { readGoogleKey } from './key.ts';
import { createPatientFetch, type GoogleAccess } from './patient-fetch.ts';
import { toGoogleRefusal } from './refusals.ts';
import { scope } from './spreadsheet.ts';

/** Returns the address of the account. Throws `bad_input` with the code `google_key`, or `temporary`. */
export async function requestToken(access: GoogleAccess): Promise<string> {
  const { email, privateKey } = readGoogleKey(access.keyFile);
  const transporterOptions = { fetchImplementation: createPatientFetch(access) };
  const client = new auth.JWT({ email, key: privateKey, scopes: [scope], transporterOptions });
  try {
    await client.authorize();
    return email;
  } catch (error) {
    throw describeRefusal(error, email);
  }
}

/** Google itself refuses a key with 400 or 401. */
function describeRefusal(error: unknown, email: string): AppError {
  const { status } = error as { status?: unknown };
  if (Number(status) !== 403 && Number(status) !== 404) return toGoogleRefusal(error, { email, id: '' });
  const message = `The address that gives access to Google answers ${status}. Check the proxy, then try again.`;
  return new AppError('temporary', message, { code: 'google_unavailable' });
}
