// Describes the entries that are embedded after a plan was applied, and their cost.
import { describeLater } from '../operations/spending.ts';
import type { PlanContext } from './parts.ts';
import { type Plan, sumOf } from './plan.ts';

/** Sentences; none without an embedding service, for a plan that was applied, and when nothing needs a new embedding. */
export function describeEmbeddingWork({ spending }: Pick<PlanContext, 'spending'>, plan: Plan): string[] {
  if (plan.appliedBy || !plan.summary) return [];
  const embeds = sumOf(
    plan.tallies,
    ({ outcome, category }) => category !== null && (outcome === 'added' || outcome === 'changed'),
  );
  return describeLater(embeds, spending(embeds, { isWaiting: false }));
}
