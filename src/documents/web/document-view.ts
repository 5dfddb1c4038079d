// The view model of a document's page: its text or its changes, its facts, its versions.
import { upperFirst } from '../../core/format.ts';
import { url } from '../../core/url.ts';
import { diffFields } from '../document-diff.ts';
import {
  type Document,
  type DocumentKey,
  documentTarget,
  type DocumentVersion,
  kindWords,
} from '../document.ts';
import type { DocumentContext } from '../parts.ts';
import { documentUrl, editUrl, formUrl } from './document-url.ts';
import { titlesOf } from './field-titles.ts';

export type DocumentQuery = { version?: number; changes?: boolean; before?: number };

const versionsPerPage = 20;

/** Throws `not_found`. */
export function viewDocument(ctx: DocumentContext, document: Document, query: DocumentQuery) {
  const { version = document.version, changes = false } = query;
  const shown = ctx.documents.atVersion(document, version);
  const before = version > 1 && changes ? ctx.documents.atVersion(document, version - 1) : null;
  const isRemoved = document.removed_at !== null;
  const isNewest = version === document.version;
  return {
    title: shown.title,
    kind: upperFirst(kindWords[document.kind]),
    version,
    newest: document.version,
    by: shown.by,
    at: shown.at,
    removedAt: document.removed_at,
    isNewest,
    newestUrl: documentUrl(document),
    html: before ? null : ctx.htmlOf(shown),
    changes: before && viewChanges(before, shown),
    textUrl: changes ? versionUrl(document, version) : null,
    changesUrl: version > 1 && !before ? changesUrl(document, version) : null,
    editUrl: isRemoved ? null : editUrl(document),
    removeUrl: isRemoved ? null : formUrl(document, 'remove'),
    /** Null for the newest version, unless it was removed. */
    restore:
      isNewest && !isRemoved
        ? null
        : {
            action: formUrl(document, 'restore'),
            version,
            seen: isRemoved ? 0 : document.version,
            label: isRemoved ? 'Bring it back' : 'Save as the newest version again',
          },
    facts: factsOf(shown),
    auditUrl: url('/audit', { target: documentTarget(document) }),
    ...viewVersions(ctx, document, version, query.before),
  };
}

function viewChanges(before: DocumentVersion, shown: DocumentVersion) {
  const titles = titlesOf(shown);
  return diffFields(before, shown).map(({ name, parts }) => ({ title: titles[name], parts }));
}

/** Also of a runbook, whose newest version has another page. */
const versionUrl = ({ kind, slug }: DocumentKey, version: number) => documentUrl({ kind, slug }, version);

const changesUrl = ({ kind, slug }: DocumentKey, version: number) =>
  url(`/documents/${kind}/${slug}`, { version, changes: 'true' });

function factsOf(shown: DocumentVersion) {
  const { owner, priority, prerequisites, rollback, review_days: days } = shown;
  const titles = titlesOf(shown);
  const facts: [string, string | null][] = [
    [titles.owner, owner],
    [titles.priority, priority && upperFirst(priority)],
    [titles.prerequisites, prerequisites],
    [titles.rollback, rollback],
    ['Reviewed', days === null ? null : `every ${days} days`],
    [titles.tags, shown.tags.join(', ') || null],
  ];
  return facts.flatMap(([title, value]) => (value === null ? [] : [{ title, value }]));
}

function viewVersions(
  { documents }: Pick<DocumentContext, 'documents'>,
  key: DocumentKey,
  shown: number,
  before?: number,
) {
  const { kind, slug } = key;
  const more = before === undefined ? {} : { before };
  const found = documents.versions({ kind, slug }, { limit: versionsPerPage + 1, ...more });
  const versions = found.slice(0, versionsPerPage);
  const last = versions.at(-1)?.version;
  const isLast = found.length <= versionsPerPage;
  return {
    versions: versions.map(({ version, by, at }) => ({
      version,
      by,
      at,
      isShown: version === shown,
      href: versionUrl(key, version),
      changesUrl: version > 1 ? changesUrl(key, version) : null,
    })),
    olderUrl: isLast ? null : url(`/documents/${kind}/${slug}`, { version: shown, before: last }),
    newerUrl: before === undefined ? null : versionUrl(key, shown),
  };
}
