// When a runbook is to be reviewed.
import type { Document } from './document.ts';

const dayMs = 86_400_000;

type Reviewed = Pick<Document, 'review_days' | 'reviewed_at' | 'created_at'>;

/** Null for one without a period. One that was never reviewed counts from its first version. */
export function reviewDueAt({ review_days: days, reviewed_at, created_at }: Reviewed): Date | null {
  return days === null ? null : new Date(Date.parse(reviewed_at ?? created_at) + days * dayMs);
}

export function isReviewDue(document: Reviewed, now: Date): boolean {
  const at = reviewDueAt(document);
  return at !== null && at <= now;
}
