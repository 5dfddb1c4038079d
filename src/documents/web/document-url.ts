// The addresses of a document. A runbook has a page of its own.
import { url } from '../../core/url.ts';
import type { DocumentKey } from '../document.ts';

export function documentUrl({ kind, slug }: DocumentKey, version?: number): string {
  if (version === undefined && kind === 'runbook') return url(`/runbooks/${slug}`);
  return url(`/documents/${kind}/${slug}`, { version });
}

export const editUrl = ({ kind, slug }: DocumentKey): string => url(`/documents/${kind}/${slug}/edit`);

/** The address of a form; `verb`: its last part. */
export const formUrl = ({ kind, slug }: DocumentKey, verb: string): string =>
  url(`/ui/documents/${kind}/${slug}/${verb}`);
