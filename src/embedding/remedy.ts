// Tells an operator how to repair the connection to an embedding service, by its answer or by the network error.
import { BadReply } from '../core/outbound/body.ts';
import { HttpRefusal } from './http-request.ts';

/** Returns one sentence. `code` is that of the network error; it is empty for an answer of the service. */
export function remedyFor(error: unknown, code = ''): string {
  if (error instanceof HttpRefusal) return remedyForStatus(error.status);
  if (error instanceof BadReply)
    return 'Check that its address is that of an embedding service, and read its log.';
  if (/CERT|SIGNATURE|ALTNAME/.test(code))
    return 'Set NODE_EXTRA_CA_CERTS to the certificate of its authority, then restart the server.';
  if (/SSL|EPROTO/.test(code)) return 'Check whether its address begins with http:// or https://.';
  return 'Start it, or correct its settings.';
}

function remedyForStatus(status: number): string {
  switch (status) {
    case 401:
    case 403:
      return 'Check the key, under Settings, Credentials.';
    case 402:
      return 'Check the account at the service.';
    case 404:
    case 405:
    case 410:
      return 'Check its address and its model, under Settings, Embedder.';
    case 407:
      return 'Check the user and password of the proxy.';
    case 429:
      return 'Wait, or raise its limit.';
    default:
      if (status < 400) return 'Redirects are not followed: set the final address.';
      return status < 500 ? 'Check the name of its model, and read its log.' : 'Read its log.';
  }
}
