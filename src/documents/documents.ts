// Saves documents. A save never replaces a version that its author has not seen.
import type { Requester } from '../core/audit.ts';
import { AppError } from '../core/errors.ts';
import type { Kernel } from '../core/kernel.ts';
import {
  type Document,
  type DocumentFields,
  type DocumentKey,
  documentTarget,
  unknownDocument,
} from './document.ts';
import type { DocumentRepository } from './document-repository.ts';

type Given = Pick<Kernel, 'audit' | 'bus' | 'untilFree' | 'now'> & { documentRepository: DocumentRepository };

export type Documents = ReturnType<typeof createDocuments>;

export function createDocuments({ audit, bus, untilFree, now, documentRepository: repository }: Given) {
  const find = (key: DocumentKey): Document => {
    const document = repository.find(key);
    if (!document || document.removed_at !== null) throw unknownDocument(key);
    return document;
  };

  return {
    list: repository.list,

    /** Throws `not_found`. */
    find,

    /** Saves the next version. `version`: the one that its author has seen, 0 for a new document. Throws `edit_conflict`. */
    async save(
      key: DocumentKey,
      fields: DocumentFields,
      { version, by }: { version: number; by: Requester },
    ): Promise<Document> {
      const saved = await untilFree(() => repository.transaction(() => saveNext(key, fields, version, by)));
      bus.emit('documents');
      return saved;
    },
  };

  function saveNext(key: DocumentKey, fields: DocumentFields, seen: number, by: Requester): Document {
    const before = repository.find(key);
    if ((before?.version ?? 0) !== seen) throw conflict(key, before, seen);
    const version = seen + 1;
    const at = now().toISOString();
    const next = { ...key, ...fields, version, by: by.actor, at };
    repository.addVersion(next);
    const document = { ...next, reviewed_at: before?.reviewed_at ?? null, removed_at: null };
    repository.put(document);
    const detail = { title: fields.title, before: before && { version: before.version }, after: { version } };
    audit.record({ event: 'document.saved', by, target: documentTarget(key), outcome: 'ok', detail });
    return document;
  }
}

function conflict(key: DocumentKey, current: Document | null, seen: number): AppError {
  if (!current) return unknownDocument(key);
  const message = `Version ${current.version} was saved by ${current.by} since you opened version ${seen}. Nothing was saved.`;
  return new AppError('edit_conflict', message, { version: current.version, body: current.body });
}
