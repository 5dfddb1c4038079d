// The part of a dry run's job page that leads to its plan.
import type { JobPart } from '../../core/job-part.ts';
import { makesPlan } from '../../core/operation.ts';
import { url } from '../../core/url.ts';
import type { PlanContext } from '../parts.ts';

export const planPart = ({ catalogue, repository }: PlanContext): JobPart => ({
  template: 'plans/plan-part',
  load({ id, number, operation: name, args, status, result }) {
    const operation = catalogue.find(name);
    if (status !== 'succeeded' || typeof result?.plan !== 'string') return null;
    if (!operation || !makesPlan(operation, args)) return null;
    const job = repository.find(id);
    return {
      href: url(`/plans/${number}`),
      appliedBy: job && (repository.appliedBy(job, result.plan)?.number ?? null),
    };
  },
});
