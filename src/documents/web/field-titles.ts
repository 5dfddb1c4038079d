import type { DocumentFields, DocumentKey } from '../document.ts';
import { isHandover } from './edit-form.ts';

type Titles = Record<keyof DocumentFields, string>;

const titles: Titles = {
  title: 'Title',
  body: 'Text',
  owner: 'Owner',
  tags: 'Tags',
  priority: 'Priority',
  prerequisites: 'Before you start',
  rollback: 'Way back',
  review_days: 'Days between reviews',
};

/** The labels of the fields. */
export const titlesOf = (key: DocumentKey): Titles =>
  isHandover(key) ? { ...titles, owner: 'Looks after this now' } : titles;
