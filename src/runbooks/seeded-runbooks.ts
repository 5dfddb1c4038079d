// The runbooks that every installation begins with.
import type { Seed } from '../documents/documents.ts';
import { biggerBox } from './seeds/bigger-box.ts';
import { diskFull } from './seeds/disk-full.ts';
import { importWentWrong } from './seeds/import-went-wrong.ts';
import { indexBroken } from './seeds/index-broken.ts';
import { queueStandsStill } from './seeds/queue-stands-still.ts';
import { restore } from './seeds/restore.ts';

const reviewDays = 180;

const all = [queueStandsStill, indexBroken, importWentWrong, diskFull, restore, biggerBox];

export const seededRunbooks: Seed[] = all.map(({ slug, body, ...fields }) => ({
  kind: 'runbook',
  slug,
  fields: { ...fields, body: body.trim(), owner: null, review_days: reviewDays },
}));
