import { url } from '../../core/url.ts';
import type { AuditQuery } from '../audit-filter.ts';
import type { TrailRange } from '../trail.ts';

/** The query string of the audit page: filters, and the end of a page. */
export type PageQuery = AuditQuery & TrailRange;

export function auditUrl(query: PageQuery): string {
  return url('/audit', query);
}
