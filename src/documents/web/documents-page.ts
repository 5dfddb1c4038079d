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
import { documentUrl, formUrl } from './document-url.ts';
import { readWords } from './search-words.ts';

type ListQuery = { kind?: string; tag?: string; q?: string; before?: string; removed?: boolean };

export const documentsPage: Page = {
  path: '/documents',
  api: '/api/v1/documents',
  cards: [],
  examples: [
    '/documents',
    '/documents?kind=post_mortem',
    '/documents?q=no-document-has-this',
    '/documents?removed=true',
  ],
};

const perPage = 50;
const text = { type: 'string', maxLength: 500 } as const;
const kind = { type: 'string', enum: ['', ...documentKinds] } as const;
const querystring = objectSchema({
  ...{ kind, tag: text, q: text, before: text },
  removed: { type: 'boolean' },
});

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

function viewList(documents: DocumentContext['documents'], query: ListQuery) {
  const { kind: given, tag, q, before, removed: isRemoved = false } = query;
  const kind = isRemoved ? null : (documentKinds.find((one) => one === given) ?? null);
  const filter = { kind, tag: tag || null, words: readWords(q), isRemoved };
  const found = documents.search(filter, perPage + 1, readCursor(before || undefined));
  const items = found.slice(0, perPage);
  const last = items.at(-1);
  const counts = documents.counts();
  const all = Object.values(counts).reduce((sum, one) => sum + one, 0);
  const removed = documents.countRemoved();
  const inKind = isRemoved ? removed : kind === null ? all : counts[kind];
  const isFiltered = filter.tag !== null || filter.words.length > 0;
  const only = isRemoved ? { removed: 'true' } : { kind };
  const address = (more: { before?: string }) => url('/documents', { ...only, tag, q, ...more });
  const [word, words] = isRemoved ? removedWords : wordsOf(kind);
  return {
    query: { kind: kind ?? '', tag: tag ?? '', q: q ?? '', isRemoved },
    chips: viewChips(
      { chosen: isRemoved ? 'removed' : kind, counts: { ...counts, all, removed } },
      { tag, q },
    ),
    tags: documents.tags(kind),
    items: items.map((item) => (isRemoved ? viewRemoved(item) : viewItem(item, kind === null))),
    heading: isFiltered
      ? describeFound(items.length, Boolean(before) || found.length > perPage)
      : plural(inKind, word, words),
    isFiltered,
    inKind,
    isRemoved,
    word,
    words,
    empty: emptyTexts[isRemoved ? 'removed' : (kind ?? 'all')],
    withoutFilter: url('/documents', only),
    create: newLinks(kind),
    newest: before ? address({}) : null,
    older: found.length > perPage && last ? address({ before: formatCursor(last) }) : null,
  };
}

function viewItem(item: ListedDocument, hasKind: boolean) {
  return { ...item, word: hasKind ? kindWords[item.kind] : null, href: documentUrl(item), restore: null };
}

/** Its page is the one of its versions, also of a runbook. */
function viewRemoved(item: ListedDocument) {
  const { kind, slug, version } = item;
  return {
    ...{ ...item, word: kindWords[kind], href: url(`/documents/${kind}/${slug}`) },
    restore: {
      ...{ id: `restore-${kind}-${slug}`, action: formUrl(item, 'restore') },
      ...{ version, seen: 0, label: 'Bring it back' },
    },
  };
}

type Chosen = {
  chosen: DocumentKind | 'removed' | null;
  counts: Record<DocumentKind | 'all' | 'removed', number>;
};

/** The removed ones have a chip while there are any. */
function viewChips({ chosen, counts }: Chosen, filter: Record<'tag' | 'q', string | undefined>) {
  const chip = (word: string, count: number, isCurrent: boolean, only: Record<string, string>) => ({
    ...{ word, count: formatNumber(count), isCurrent },
    href: url('/documents', { ...only, ...filter }),
  });
  return [
    chip('All', counts.all, chosen === null, {}),
    ...documentKinds.map((one) => chip(chipWords[one], counts[one], one === chosen, { kind: one })),
    ...(counts.removed > 0 || chosen === 'removed'
      ? [chip('Removed', counts.removed, chosen === 'removed', { removed: 'true' })]
      : []),
  ];
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

const removedWords = ['removed document', 'removed documents'] as const;

const chipWords = { runbook: 'Runbooks', post_mortem: 'Post-mortems', note: 'Notes' };

const emptyTexts: Record<DocumentKind | 'all' | 'removed', { title: string; text: string }> = {
  all: {
    title: 'No documents yet',
    text: 'Runbooks, post-mortems and notes of this machine are listed here.',
  },
  removed: { title: 'No removed documents', text: 'One that is removed is listed here, and can come back.' },
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
