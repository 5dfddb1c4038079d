// Adds the runbooks that every installation begins with. One that was ever changed or removed is left as it is.
import { systemRequester } from '../core/audit.ts';
import type { DocumentFields, DocumentKey } from '../documents/document.ts';
import type { DocumentContext } from '../documents/parts.ts';
import { biggerBox } from './seeds/bigger-box.ts';
import { diskFull } from './seeds/disk-full.ts';
import { importWentWrong } from './seeds/import-went-wrong.ts';
import { indexBroken } from './seeds/index-broken.ts';
import { queueStandsStill } from './seeds/queue-stands-still.ts';
import { restore } from './seeds/restore.ts';

const reviewDays = 180;

const all = [queueStandsStill, indexBroken, importWentWrong, diskFull, restore, biggerBox];

export const seededRunbooks: (DocumentKey & { fields: DocumentFields })[] = all.map(
  ({ slug, body, ...fields }) => ({
    kind: 'runbook',
    slug,
    fields: { ...fields, body: body.trim(), owner: null, review_days: reviewDays },
  }),
);

type Given = Pick<DocumentContext, 'documents' | 'documentRepository'>;

export async function seedRunbooks({ documents, documentRepository }: Given) {
  const missing = seededRunbooks.filter((seed) => documentRepository.find(seed) === null);
  for (const { fields, ...key } of missing)
    await documents.save(key, fields, { version: 0, by: systemRequester });
}
