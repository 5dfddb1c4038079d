import { type GroupState, groupTarget } from './group.ts';

const ofErrors = { role: 'operator', changes: 'errors', target: groupTarget } as const;

/** By the state that they lead to. The verb is the last part of their addresses, and their word on the command line. */
export const decisionActions = {
  resolved: { ...ofErrors, name: 'errors.resolve', verb: 'resolve', tier: 0 },
  muted: { ...ofErrors, name: 'errors.mute', verb: 'mute', tier: 1 },
  open: { ...ofErrors, name: 'errors.open', verb: 'open', tier: 0 },
} as const satisfies Record<GroupState, object>;
