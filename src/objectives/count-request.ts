// The objectives that a request counts for, and whether it was good. A refusal by a rule, as during maintenance or a stop, and a
// request whose sender has left count for none.
import { type AnsweredRequest, leftStatus, refusingCodes } from '../core/answered-request.ts';

type Answered = Pick<AnsweredRequest, 'method' | 'route' | 'kind' | 'address' | 'status' | 'code' | 'ms'>;
type Name = 'answers' | 'fast' | 'search';
export type Thresholds = { fastMs: number; searchMs: number };

export const searchRoutes = ['/library', '/api/v1/search'];
/** Files of this program, which would hide slow pages by their number. */
const assets = '/assets/';

export function countRequest(
  request: Answered,
  { fastMs, searchMs }: Thresholds,
): Partial<Record<Name, boolean>> {
  const { kind, status, code, ms } = request;
  if (kind !== 'request' || status === leftStatus || refusingCodes.has(code ?? '')) return {};
  const hasFailed = status >= 500;
  return {
    answers: !hasFailed,
    ...(isRead(request) ? { fast: ms <= fastMs } : {}),
    ...(isSearch(request) ? { search: !hasFailed && ms <= searchMs } : {}),
  };
}

/** A refused or failed answer says nothing about the speed of pages. */
function isRead({ method, route, status }: Answered): boolean {
  return method === 'GET' && status < 400 && !route.startsWith(assets);
}

/** A question that is refused was no search. */
function isSearch({ method, route, address, status }: Answered): boolean {
  if (method !== 'GET' || !searchRoutes.includes(route) || (status >= 400 && status < 500)) return false;
  const [, query = ''] = address.split('?', 2);
  return Boolean(new URLSearchParams(query).get('q'));
}
