// The list of documents.
import type { FastifyInstance } from 'fastify';
import { formatNumber, plural } from '../../core/format.ts';
import { objectSchema } from '../../core/schemas.ts';
import { url } from '../../core/url.ts';
import type { Page } from '../../web/feature.ts';
import { formatCursor, readCursor } from '../cursor.ts';
import { documentKinds, type DocumentKind, kindWords } from '../document.ts';
import type { ListedDocument } from '../document-repository.ts';
import type { DocumentContext } from '../parts.ts';
import { documentUrl } from './document-url.ts';
import { readWords } from './search-words.ts';

type ListQuery = { kind?: string; tag?: string; q?: string; before?: string };

export const documentsPage: Page = {
  path: '/documents',
  api: '/api/v1/documents',
  cards: [],
  examples: ['/documents', '/documents?kind=post_mortem', '/documents?q=no-document-has-this'],
};

const perPage = 50;
const text = { type: 'string', maxLength: 500 } as const;
const kind = { type: 'string', enum: ['', ...documentKinds] } as const;
const querystring = objectSchema({ kind, tag: text, q: text, before: text });

export function registerDocumentsPage(app: FastifyInstance, { documents }: DocumentContext) {
  app.get<{ Querystring: ListQuery }>(
    documentsPage.path,
    { config: { isPage: true }, schema: { querystring } },
    (request, reply) =>
      reply.sendPage({
        template: 'documents/list-page',
        title: 'Documents',
        section: '/status',
        data: { list: viewList(documents, request.query) },
      }),
  );
}

function viewList(documents: DocumentContext['documents'], { kind: given, tag, q, before }: ListQuery) {
  const kind = documentKinds.find((one) => one === given) ?? null;
  const filter = { kind, tag: tag || null, words: readWords(q) };
  const found = documents.search(filter, perPage + 1, readCursor(before || undefined));
  const items = found.slice(0, perPage);
  const last = items.at(-1);
  const counts = documents.counts();
  const inKind = kind === null ? Object.values(counts).reduce((sum, one) => sum + one, 0) : counts[kind];
  const isFiltered = filter.tag !== null || filter.words.length > 0;
  const address = (more: ListQuery) => url('/documents', { kind, tag, q, ...more });
  return {
    query: { kind: kind ?? '', tag: tag ?? '', q: q ?? '' },
    chips: viewChips(kind, counts, { tag: tag ?? '', q: q ?? '' }),
    tags: documents.tags(kind),
    items: items.map((item) => viewItem(item, kind === null)),
    heading: isFiltered
      ? describeFound(items.length, Boolean(before) || found.length > perPage)
      : plural(inKind, ...wordsOf(kind)),
    isFiltered,
    inKind,
    word: wordsOf(kind)[0],
    words: wordsOf(kind)[1],
    empty: emptyTexts[kind ?? 'all'],
    withoutFilter: url('/documents', { kind }),
    create: newLinks(kind),
    newest: before ? address({}) : null,
    older: found.length > perPage && last ? address({ before: formatCursor(last) }) : null,
  };
}

function viewItem(item: ListedDocument, hasKind: boolean) {
  return { ...item, word: hasKind ? kindWords[item.kind] : null, href: documentUrl(item) };
}

function viewChips(
  kind: DocumentKind | null,
  counts: Record<DocumentKind, number>,
  more: Record<string, string>,
) {
  return documentKinds.map((one) => ({
    word: chipWords[one],
    count: formatNumber(counts[one]),
    isCurrent: one === kind,
    href: url('/documents', { ...more, kind: one === kind ? null : one }),
  }));
}

function describeFound(found: number, isPart: boolean): string {
  if (found === 0) return 'No matching documents';
  return `${plural(found, 'matching document')}${isPart ? ' on this page' : ''}`;
}

const wordsOf = (kind: DocumentKind | null): [string, string] =>
  kind === null ? ['document', 'documents'] : [kindWords[kind], `${kindWords[kind]}s`];

/** A post-mortem is begun on the page of its incident. */
function newLinks(kind: DocumentKind | null) {
  const kinds = kind === null ? (['note', 'runbook'] as const) : [kind];
  return kinds.map((one) => ({ label: `New ${kindWords[one]}`, href: url(`/documents/${one}/new`) }));
}

const chipWords = { runbook: 'Runbooks', post_mortem: 'Post-mortems', note: 'Notes' };

const emptyTexts: Record<DocumentKind | 'all', { title: string; text: string }> = {
  all: {
    title: 'No documents yet',
    text: 'Runbooks, post-mortems and notes of this machine are listed here.',
  },
  runbook: { title: 'No runbooks yet', text: 'A runbook lists the steps for one kind of trouble.' },
  post_mortem: {
    title: 'No post-mortems yet',
    text: 'One is written after an incident, from the page of the incident.',
  },
  note: {
    title: 'No notes yet',
    text: 'The handover note says who looks after this machine and what to know.',
  },
};
