// Saves documents. A save never replaces a version that its author has not seen.
import { isDeepStrictEqual } from 'node:util';
import { type Requester, systemRequester } from '../core/audit.ts';
import { AppError } from '../core/errors.ts';
import type { Kernel } from '../core/kernel.ts';
import {
  type Document,
  type DocumentFields,
  type DocumentKey,
  type DocumentVersion,
  documentTarget,
  fieldsOf,
  unknownDocument,
} from './document.ts';
import type { DocumentRepository } from './document-repository.ts';
import { assertValid, tidyFields } from './document-values.ts';
import { conflict } from './save-conflict.ts';

type Given = Pick<Kernel, 'audit' | 'bus' | 'untilFree' | 'now'> & { documentRepository: DocumentRepository };

export type Seed = DocumentKey & { fields: DocumentFields };

export type Documents = ReturnType<typeof createDocuments>;

export function createDocuments(given: Given) {
  const { bus, untilFree, documentRepository: repository } = given;
  const change = async <T>(work: () => T): Promise<T> => {
    const done = await untilFree(() => repository.transaction(work));
    bus.emit('documents');
    return done;
  };

  return {
    /** Those of a kind that are not removed, by title. */
    list: repository.list,

    /** Throws `not_found`. */
    find: (key: DocumentKey): Document => find(given, key),

    /** Also a removed one. Throws `not_found`. */
    findEver(key: DocumentKey): Document {
      const document = repository.find(key);
      if (!document) throw unknownDocument(key);
      return document;
    },

    /** Null if there is none. */
    peek: (key: DocumentKey): Document | null => peek(given, key),

    /** Also an older version, and one of a removed document. Throws `not_found`. */
    atVersion: (key: DocumentKey, version: number): DocumentVersion => atVersion(given, key, version),

    versions: repository.versions,
    search: repository.search,
    counts: repository.counts,
    countRemoved: repository.countRemoved,
    tags: repository.tags,

    /** Saves the next version, unless nothing is changed: then the answer has the version of before. `version`: the one that its
     *  author has seen, 0 for a new document. A removed one comes back. Throws `invalid_arguments` and `edit_conflict`. */
    async save(
      key: DocumentKey,
      fields: DocumentFields,
      { version, by }: { version: number; by: Requester },
    ): Promise<Document> {
      const tidy = tidyFields(fields);
      assertValid(key, tidy);
      return change(() => saveNext(given, { key, fields: tidy, seen: version, by }));
    },

    /** Saves an older version as the newest one. Throws `not_found` and `edit_conflict`. */
    async restoreVersion(
      key: DocumentKey,
      old: number,
      { version, by }: { version: number; by: Requester },
    ): Promise<Document> {
      const fields = fieldsOf(atVersion(given, key, old));
      return change(() => saveNext(given, { key, fields, seen: version, by, restored: old }));
    },

    /** Its versions stay. Throws `not_found`. */
    remove: (key: DocumentKey, by: Requester): Promise<void> => change(() => remove(given, key, by)),

    /** Its reader found it still right. Throws `not_found`, and `wrong_state` for one that is no runbook. */
    review: (key: DocumentKey, by: Requester): Promise<Document> => change(() => review(given, key, by)),

    /** Adds the documents that never existed. One that was changed or removed stays as it is. */
    async seed(seeds: Seed[]): Promise<void> {
      for (const seed of seeds) assertValid(seed, tidyFields(seed.fields));
      if (missingOf(given, seeds).length > 0) await change(() => addSeeds(given, seeds));
    },
  };
}

function peek({ documentRepository }: Given, key: DocumentKey): Document | null {
  const document = documentRepository.find(key);
  return document?.removed_at === null ? document : null;
}

function find(given: Given, key: DocumentKey): Document {
  const document = peek(given, key);
  if (!document) throw unknownDocument(key);
  return document;
}

function atVersion(given: Given, key: DocumentKey, version: number): DocumentVersion {
  const found = given.documentRepository.version({ ...key, version });
  if (found) return found;
  const { version: newest } = find(given, key);
  throw new AppError('not_found', `There is no version ${version}. The newest one is version ${newest}.`);
}

type Save = {
  key: DocumentKey;
  fields: DocumentFields;
  seen: number;
  by: Requester;
  /** The older version whose fields these are. */
  restored?: number;
};

/** A part of a transaction, as are the functions below. */
function saveNext(given: Given, { key, fields, seen, by, restored }: Save): Document {
  const before = given.documentRepository.find(key);
  const current = peek(given, key);
  // Somebody may have saved the same, or the answer to the first save was lost.
  if (current && isDeepStrictEqual(fieldsOf(current), fields)) return current;
  if ((current?.version ?? 0) !== seen) throw conflict({ key, fields, seen, before });
  const saved = write(given, key, fields, by.actor);
  const detail = {
    title: fields.title,
    before: before && { version: before.version, ...(before.removed_at ? { is_removed: true } : {}) },
    after: { version: saved.version, ...(restored === undefined ? {} : { restored }) },
  };
  given.audit.record({ event: 'document.saved', by, target: documentTarget(key), outcome: 'ok', detail });
  return saved;
}

const missingOf = ({ documentRepository }: Given, seeds: Seed[]): Seed[] =>
  seeds.filter((seed) => documentRepository.find(seed) === null);

function addSeeds(given: Given, seeds: Seed[]) {
  for (const seed of missingOf(given, seeds)) addSeed(given, seed);
}

function addSeed(given: Given, { fields, ...key }: Seed) {
  const tidy = tidyFields(fields);
  const { version } = write(given, key, tidy, systemRequester.actor);
  const detail = { title: tidy.title, before: null, after: { version } };
  given.audit.record({
    event: 'document.seeded',
    by: systemRequester,
    target: documentTarget(key),
    outcome: 'ok',
    detail,
  });
}

function write(given: Given, { kind, slug }: DocumentKey, fields: DocumentFields, by: string): Document {
  const { documentRepository, now } = given;
  const before = documentRepository.find({ kind, slug });
  const at = now().toISOString();
  const next = { kind, slug, ...fields, version: (before?.version ?? 0) + 1, by, at };
  documentRepository.addVersion(next);
  const { created_at = at, reviewed_at = null } = before ?? {};
  const document = { ...next, created_at, reviewed_at, removed_at: null };
  documentRepository.put(document);
  return document;
}

function remove(given: Given, key: DocumentKey, by: Requester) {
  const { audit, documentRepository, now } = given;
  const document = find(given, key);
  documentRepository.put({ ...document, removed_at: now().toISOString() });
  const { title, version } = document;
  const detail = { title, before: { version }, after: null };
  audit.record({ event: 'document.removed', by, target: documentTarget(key), outcome: 'ok', detail });
}

function review(given: Given, key: DocumentKey, by: Requester): Document {
  const { audit, documentRepository, now } = given;
  const document = find(given, key);
  if (key.kind !== 'runbook') throw new AppError('wrong_state', 'Only runbooks are reviewed.');
  const reviewed = { ...document, reviewed_at: now().toISOString() };
  documentRepository.put(reviewed);
  const detail = {
    title: document.title,
    before: { reviewed_at: document.reviewed_at },
    after: { reviewed_at: reviewed.reviewed_at },
  };
  audit.record({ event: 'document.reviewed', by, target: documentTarget(key), outcome: 'ok', detail });
  return reviewed;
}
