// The link from a finding to its runbook.
import { url } from '../core/url.ts';
import type { Documents } from '../documents/documents.ts';

export type RunbookLink = { href: string; title: string };

/** Null for a finding without a runbook, and when that was removed. */
export function createRunbookLink({ documents }: { documents: Pick<Documents, 'peek'> }) {
  return (slug: string | null): RunbookLink | null => {
    const found = slug === null ? null : documents.peek({ kind: 'runbook', slug });
    return found && { href: url(`/runbooks/${found.slug}`), title: found.title };
  };
}
