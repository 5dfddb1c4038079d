// The actions on canaries, for their routes and their audit rows.
import { AppError } from '../core/errors.ts';

export const canaryTarget = (id: string | number): string => `canary:${id}`;

export const canaryActions = {
  /** A canary that is added never makes the present index fail: both generations are asked. */
  add: { name: 'canary.added', role: 'operator', tier: 0, changes: 'index' },
  /** Lets a worse index pass, so it needs the role that switches despite canaries. */
  remove: { name: 'canary.removed', role: 'admin', tier: 0, changes: 'index', target: canaryTarget },
} as const;

export function unknownCanary(id: string | number): AppError {
  return new AppError('not_found', `There is no canary ${JSON.stringify(String(id).slice(0, 80))}.`);
}
