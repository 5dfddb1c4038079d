// Reads runbooks for pages, API and hub: each with its review and its last run.
import { AppError } from '../core/errors.ts';
import type { Kernel } from '../core/kernel.ts';
import type { Documents } from '../documents/documents.ts';
import { isReviewDue, reviewDueAt } from '../documents/review.ts';
import type { Run } from './run.ts';
import type { RunRepository } from './run-repository.ts';
import {
  anyRunbook,
  type ListedRunbook,
  type RunbookCursor,
  type RunbookFilter,
  type RunbookRepository,
} from './runbook-repository.ts';

export type RunbookQuery = {
  q?: string | undefined;
  tag?: string | undefined;
  owner?: string | undefined;
  priority?: string | undefined;
};

export type Runbooks = ReturnType<typeof createRunbooks>;

type Given = Pick<Kernel, 'bus' | 'now'> & {
  runbookRepository: RunbookRepository;
  runRepository: Pick<RunRepository, 'ofSlug'>;
  documents: Pick<Documents, 'find' | 'findEver'>;
};

const maxWords = 12;

export function createRunbooks({ bus, now, runbookRepository: repository, runRepository, documents }: Given) {
  const readSummary = () => ({
    total: repository.count(anyRunbook),
    tags: repository.tags(),
    owners: repository.owners(),
    digest: repository.digest(),
  });
  let kept: ReturnType<typeof readSummary> | null = null;
  bus.on('documents', () => {
    kept = null;
  });
  const withState = (runbook: ListedRunbook) => ({
    ...runbook,
    reviewDueAt: reviewDueAt(runbook)?.toISOString() ?? null,
    isReviewDue: isReviewDue(runbook, now()),
    lastRun: lastRunOf(runbook.slug),
  });

  return {
    /** By title; `next` continues the list. */
    list(query: RunbookQuery, limit: number, after: RunbookCursor | null) {
      const rows = repository.list(filterOf(query), limit + 1, after);
      const items = rows.slice(0, limit);
      const last = items.at(-1);
      const next = rows.length > limit && last ? { title: last.title, slug: last.slug } : null;
      return { items: items.map(withState), next };
    },

    count: (query: RunbookQuery) => repository.count(filterOf(query)),
    /** How many there are, with their tags and owners; read anew after a change. */
    summary() {
      kept ??= readSummary();
      return kept;
    },

    /** Titles by slug. */
    titles: () => new Map(repository.titles().map(({ slug, title }) => [slug, title])),

    /** Its page may bring it back. Throws `not_found`. */
    isRemoved: (slug: string) => documents.findEver({ kind: 'runbook', slug }).removed_at !== null,

    /** Throws `not_found`. */
    find(slug: string) {
      if (this.isRemoved(slug)) throw removedRunbook(slug);
      const { body, ...runbook } = documents.find({ kind: 'runbook', slug });
      return { ...withState(runbook), body };
    },
  };

  function lastRunOf(slug: string): Run | null {
    return runRepository.ofSlug(slug, 1)[0] ?? null;
  }
}

function removedRunbook(slug: string): AppError {
  const message = `The runbook “${slug}” was removed. Bring it back at /documents/runbook/${slug}.`;
  return new AppError('not_found', message);
}

function filterOf({ q = '', tag, owner, priority }: RunbookQuery): RunbookFilter {
  return {
    words: q.split(/\s+/).filter(Boolean).slice(0, maxWords),
    tag: tag || null,
    owner: owner || null,
    priority: priority || null,
  };
}
