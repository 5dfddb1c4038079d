import type { Action } from '../../web/action.ts';

export const running: Action = { name: 'checks.run', role: 'operator', tier: 0, changes: 'findings' };
export const muting: Action = { name: 'finding.muted', role: 'operator', tier: 1, changes: 'findings' };
export const unmuting: Action = { name: 'finding.unmuted', role: 'operator', tier: 0, changes: 'findings' };
