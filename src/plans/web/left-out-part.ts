// The part of an import's job page that offers to import the rows which it left out.
import type { JobPart } from '../../core/job-part.ts';
import { url } from '../../core/url.ts';
import { withPlan } from '../../plan-store/plan-repository.ts';
import type { PlanContext } from '../parts.ts';

export const leftOutPart = ({ catalogue, config }: PlanContext): JobPart => ({
  template: 'plans/left-out-part',
  load({ id, operation, status, args, result }) {
    const rows = Number(result?.invalid ?? 0);
    const canRepeat = catalogue.find(operation)?.args.properties.rows_of !== undefined;
    if (!canRepeat || status !== 'succeeded' || args.dry_run || rows === 0) return null;
    if (withPlan(config.root, id, () => true) === null) return null;
    const isUpload = args.sheet !== undefined;
    const sheet = isUpload ? {} : args.path === undefined ? { source: args.source } : { path: args.path };
    return { rows, isUpload, href: url('/sources', { ...(sheet as Record<string, string>), rows_of: id }) };
  },
});
