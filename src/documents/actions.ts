// The actions on documents, for their routes and their audit rows.
import { documentKinds, documentTarget } from './document.ts';

function targetOf(kind = '', slug = ''): string {
  const known = documentKinds.find((one) => one === kind);
  return known ? documentTarget({ kind: known, slug }) : `document:${kind}/${slug}`;
}

const ofDocuments = { role: 'operator', changes: 'documents', target: targetOf } as const;

export const documentActions = {
  save: { ...ofDocuments, name: 'document.saved', tier: 0 },
  remove: { ...ofDocuments, name: 'document.removed', tier: 1 },
  review: { ...ofDocuments, name: 'document.reviewed', tier: 0 },
  /** Renders what an author has typed, and stores nothing. */
  preview: { ...ofDocuments, name: 'document.previewed', changes: 'browser', tier: 0 },
} as const;
