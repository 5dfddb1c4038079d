// Tells an operator how to repair the connection to an embedding service, by its answer or by the network error.
import { BadReply } from '../core/outbound/body.ts';
import { HttpRefusal } from './http-request.ts';

/** Returns one sentence. `code` is that of the network error; it is empty for an answer of the service. */
export function remedyFor(error: unknown, code = ''): string {
  if (error instanceof HttpRefusal) return remedyForStatus(error.status);
  if (error instanceof BadReply)
    return 'Check that CHL_EMBEDDING_URL is the address of an embedding service, and read its log.';
  if (/CERT|SIGNATURE|ALTNAME/.test(code))
    return 'Set NODE_EXTRA_CA_CERTS to the certificate of its authority, then restart the server.';
  if (/SSL|EPROTO/.test(code)) return 'Check whether CHL_EMBEDDING_URL begins with http:// or https://.';
  return 'Start it, or correct its settings.';
}

function remedyForStatus(status: number): string {
  switch (status) {
    case 401:
    case 403:
      return 'Check the key in the file of CHL_EMBEDDING_KEY_FILE.';
    case 402:
      return 'Check the account at the service.';
    case 404:
    case 405:
    case 410:
      return 'Check CHL_EMBEDDING_URL and CHL_EMBEDDING_MODEL.';
    case 407:
      return 'Check the user and password of the proxy.';
    case 429:
      return 'Wait, or raise its limit.';
    default:
      if (status < 400) return 'Redirects are not followed: set CHL_EMBEDDING_URL to the final address.';
      return status < 500 ? 'Check CHL_EMBEDDING_MODEL, and read its log.' : 'Read its log.';
  }
}
