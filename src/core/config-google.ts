// The settings of Google spreadsheets.
import { AppError } from './errors.ts';
import { isLoopback } from './host.ts';

export type GoogleSettings = {
  /** The key of a service account, which is checked and read at its use. */
  keyFile: string | null;
  /** The addresses of the Sheets API and of access tokens. */
  address: string;
  tokenAddress: string;
  network: Record<string, string>;
};

/** A key signs requests for every address, so no setting sends them to another machine than Google's. */
export function readGoogleSettings(
  { keyFile, address: other }: { keyFile: string | null; address: string },
  network: Record<string, string>,
): GoogleSettings {
  if (!other) return { keyFile, ...google, network };
  if (!isStandIn(other)) {
    const allowed = 'allowed: an http address of this machine, e.g. http://127.0.0.1:9000/';
    const message = `CHL_GOOGLE_ADDRESS is ${JSON.stringify(other)}; ${allowed}. Unset it to reach Google.`;
    throw new AppError('config', message);
  }
  const { href } = new URL('/', other);
  return { keyFile, address: href, tokenAddress: `${href}token`, network };
}

/** The variables for a script that reads or writes Google spreadsheets. */
export function googleEnvironment({ google: { keyFile, address } }: { google: GoogleSettings }) {
  return {
    CHL_GOOGLE_KEY_FILE: keyFile ?? '',
    CHL_GOOGLE_ADDRESS: address === google.address ? '' : address,
  };
}

const google = {
  address: 'https://sheets.googleapis.com/',
  tokenAddress: 'https://oauth2.googleapis.com/token',
};

function isStandIn(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname, pathname, search, hash, username, password } = new URL(address);
  const isPlain = `${search}${hash}${username}${password}` === '' && pathname === '/';
  return protocol === 'http:' && isPlain && isLoopback(hostname);
}
