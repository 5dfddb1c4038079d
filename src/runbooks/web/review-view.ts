// The review of a runbook: its last one, and the day of the next.
import type { Document } from '../../documents/document.ts';
import { isReviewDue, reviewDueAt } from '../../documents/review.ts';

export function viewReview(
  runbook: Parameters<typeof reviewDueAt>[0] & Pick<Document, 'reviewed_at'>,
  now: Date,
) {
  return {
    reviewedAt: runbook.reviewed_at,
    dueAt: reviewDueAt(runbook)?.toISOString() ?? null,
    isDue: isReviewDue(runbook, now),
  };
}
