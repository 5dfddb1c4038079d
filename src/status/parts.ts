// Builds the objects of the feature from the kernel and the features before it.
import { checks } from '../checks/feature.ts';
import type { Context } from '../core/kernel.ts';

export function createStatusParts({ use }: Context) {
  const { checker, countErrors } = use(checks);
  return { lookAtChecks: () => checker.refresh(), countErrors };
}
