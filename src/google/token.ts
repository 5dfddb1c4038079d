// Asks Google for an access token with a key, which shows whether Google accepts the key.
import { auth } from '@googleapis/sheets';
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
    throw toGoogleRefusal(error, { email, id: '' });
  }
}
