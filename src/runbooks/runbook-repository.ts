// Finds runbooks by words, tag, owner and priority, in the table `document` of ops.db.
import { type Db, prepareOnce } from '../core/db/open.ts';
import { containing, containingInJson, like } from '../core/db/word-search.ts';
import type { Document } from '../documents/document.ts';

/** A runbook without its text. */
export type ListedRunbook = Omit<Document, 'body' | 'kind'>;

/** Null matches all. */
export type RunbookFilter = {
  words: string[];
  tag: string | null;
  owner: string | null;
  priority: string | null;
};
export const anyRunbook: RunbookFilter = { words: [], tag: null, owner: null, priority: null };

/** The place of a runbook in the list. */
export type RunbookCursor = { title: string; slug: string };

type Row = Omit<ListedRunbook, 'tags'> & { tags: string };

export type RunbookRepository = ReturnType<typeof createRunbookRepository>;

const createdAt = `(SELECT first.at FROM document_version first
  WHERE first.kind = document.kind AND first.slug = document.slug ORDER BY first.version LIMIT 1)`;
const columns = `slug, title, version, owner, tags, priority, prerequisites, rollback, review_days, reviewed_at, by, at,
  removed_at, ${createdAt} AS created_at`;
const present = `kind = 'runbook' AND removed_at IS NULL`;
const order = 'title COLLATE NOCASE, slug';

export function createRunbookRepository(ops: Db) {
  const prepare = prepareOnce(ops);
  const pluck = (sql: string) => prepare(sql).pluck();
  return {
    /** By title, from the one after `after` on. */
    list(filter: RunbookFilter, limit: number, after: RunbookCursor | null): ListedRunbook[] {
      const { conditions, values } = conditionsOf(filter);
      const later = after ? ` AND (title COLLATE NOCASE, slug) > (@afterTitle, @afterSlug)` : '';
      // Only the rows of the page are read as a whole.
      const rows = prepare(`
        SELECT ${columns} FROM document WHERE kind = 'runbook' AND slug IN (
          SELECT slug FROM document WHERE ${conditions}${later} ORDER BY ${order} LIMIT @limit
        ) ORDER BY ${order}
      `).all({ ...values, limit, ...(after ? { afterTitle: after.title, afterSlug: after.slug } : {}) });
      return (rows as Row[]).map(parse);
    },

    count(filter: RunbookFilter): number {
      const { conditions, values } = conditionsOf(filter);
      return pluck(`SELECT count(*) FROM document WHERE ${conditions}`).get(values) as number;
    },

    /** Changes with every save, review and removal. */
    digest: () =>
      prepare(`
        SELECT count(*) AS documents, sum(version) AS versions, max(at) AS saved, max(reviewed_at) AS reviewed,
          max(removed_at) AS removed FROM document WHERE kind = 'runbook'
      `).get(),

    tags: () =>
      pluck(
        `SELECT DISTINCT tag.value FROM document, json_each(document.tags) tag WHERE ${present} ORDER BY 1 LIMIT 200`,
      ).all() as string[],

    owners: () =>
      pluck(
        `SELECT DISTINCT owner FROM document WHERE ${present} AND owner IS NOT NULL ORDER BY 1 LIMIT 200`,
      ).all() as string[],

    /** Slug and title of each. */
    titles: () =>
      prepare(`SELECT slug, title FROM document WHERE ${present} ORDER BY ${order}`).all() as {
        slug: string;
        title: string;
      }[],

    /** Finds the runbooks whose period has passed since the last review, or else since the first save. `now`: ISO time. */
    overdue(now: string, limit: number): ListedRunbook[] {
      const due = `unixepoch(coalesce(reviewed_at, ${createdAt})) + review_days * 86400`;
      const rows = prepare(`
        SELECT ${columns} FROM document WHERE ${present} AND review_days IS NOT NULL AND ${due} <= unixepoch(@now)
        ORDER BY ${order} LIMIT @limit
      `).all({ now, limit });
      return (rows as Row[]).map(parse);
    },
  };
}

function parse({ tags, ...row }: Row): ListedRunbook {
  return { ...row, tags: JSON.parse(tags) };
}

function conditionsOf({ words, tag, owner, priority }: RunbookFilter) {
  const found = words.map((word, at): [string, Record<string, string | null>] => {
    const columns = ['title', 'body', "coalesce(prerequisites, '')", 'slug'].map((column) =>
      like(column, `word${at}`),
    );
    const inTags = like('tags', `tag${at}`);
    return [
      `(${[...columns, inTags].join(' OR ')})`,
      { [`word${at}`]: containing(word), [`tag${at}`]: containingInJson(word) },
    ];
  });
  const conditions = [
    present,
    ...found.map(([condition]) => condition),
    ...(tag === null ? [] : ['EXISTS (SELECT 1 FROM json_each(document.tags) tag WHERE tag.value = @tag)']),
    ...(owner === null ? [] : ['owner = @owner']),
    ...(priority === null ? [] : ['priority = @priority']),
  ].join(' AND ');
  const values = Object.assign({}, ...found.map(([, value]) => value), { tag, owner, priority });
  return { conditions, values };
}
