import { url } from '../../core/url.ts';
import type { LineRange } from '../line-search.ts';
import type { LogQuery } from '../log-filter.ts';

/** The query string of the log page: filters, and the end of a page. */
export type PageQuery = LogQuery & LineRange;

export function logUrl(query: PageQuery): string {
  return url('/log', query);
}
