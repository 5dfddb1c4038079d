// Says what a refusal of Google means, and what to do. Google's own words are in parentheses.
import { AppError, badInput } from '../core/errors.ts';
import { BadReply } from '../core/outbound/body.ts';
import { isObject } from '../core/json.ts';
import { shorten } from '../core/shorten.ts';

/** An error of Google's client; `code` is a status, or a name for a failed connection. */
type ClientError = {
  code?: unknown;
  status?: unknown;
  message?: unknown;
  cause?: unknown;
  config?: { url?: unknown };
  response?: { data?: unknown };
};

/** The client asks for its tokens here, whatever address serves them. */
export const tokenUrl = 'https://oauth2.googleapis.com/token';

/** A proxy may repeat the headers of a request. */
const token = /\b(Bearer\s+|ya29\.)[\w.~+/-]+=*/gi;

/** Returns `bad_input` for what a person must change, `temporary` for an outage. */
export function toGoogleRefusal(error: unknown, { email, id }: { email: string; id: string }): AppError {
  if (error instanceof AppError) return error;
  const { code, status, cause, config } = error as ClientError;
  const text = readWords(error as ClientError).replace(token, '…');
  if (error instanceof BadReply || cause instanceof BadReply)
    return badInput(
      'too_large',
      `The spreadsheet cannot be read: ${text}. Import it in parts, with the mode merge.`,
    );
  const words = ` (${shorten(text, 300)})`;
  if (/invalid_grant|Invalid JWT|account not found|disabled_client/i.test(text)) {
    const advice =
      'Create a new key in Google’s console; if the key is new, check the clock of this machine.';
    return badInput('google_key', `Google refuses the key of ${email}${words}. ${advice}`);
  }
  const answer = Number(status ?? code);
  // Google itself refuses a key with 400 or 401.
  if (String(config?.url) === tokenUrl && (answer === 403 || answer === 404))
    return temporary(
      `The address that gives access to Google answers ${answer}. Check the proxy, then try again.`,
    );
  switch (answer) {
    case 400:
      return describeWrongRequest(text, words, email);
    case 401:
      return badInput(
        'google_key',
        `Google refuses the key of ${email}${words}. Create a new key in Google’s console.`,
      );
    case 403:
      return /has not been used|is disabled|SERVICE_DISABLED/i.test(text)
        ? badInput(
            'google_api',
            `The Google Sheets API is off for the project of ${email}. Switch it on in Google’s console.`,
          )
        : badInput(
            'google_access',
            `${email} may not open the spreadsheet${words}. Share it with that address, for an export as an editor.`,
          );
    case 404:
      return badInput(
        'google_missing',
        `There is no spreadsheet with the id ${shorten(id, 80)}. Copy the id from its address.`,
      );
    case 429:
      return temporary(`Google allows no more requests now${words}. Try again in some minutes.`);
    default:
      return temporary(`Google cannot be reached or does not answer as expected${words}. Try again later.`);
  }
}

/** The client writes an error that is an object as `[object Object]`. */
function readWords({ message, response }: ClientError): string {
  const { error } = (response?.data ?? {}) as { error?: unknown };
  return isObject(error) && typeof error.message === 'string' ? error.message : String(message);
}

function describeWrongRequest(text: string, words: string, email: string): AppError {
  if (/not supported for this document/i.test(text)) {
    const advice = 'Open it, choose File → Save as Google Sheets, and name that one.';
    return badInput('google_kind', `The file is not a Google spreadsheet${words}. ${advice}`);
  }
  if (/protected/i.test(text)) {
    const advice = `Allow ${email} to edit the protected range.`;
    return badInput('google_protected', `The spreadsheet has a protected range${words}. ${advice}`);
  }
  const advice = 'The tabs may have just changed; try again.';
  return badInput('google_request', `Google refuses the request${words}. ${advice}`);
}

function temporary(message: string): AppError {
  return new AppError('temporary', message, { code: 'google_unavailable' });
}
