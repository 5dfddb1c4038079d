import { type GroupState, groupTarget } from './group.ts';

const ofErrors = { role: 'operator', changes: 'errors', target: groupTarget } as const;

/** By the state that they lead to. */
export const decisionActions = {
  resolved: { ...ofErrors, name: 'errors.resolve', tier: 0 },
  muted: { ...ofErrors, name: 'errors.mute', tier: 1 },
  open: { ...ofErrors, name: 'errors.open', tier: 0 },
} as const satisfies Record<GroupState, object>;
