import type { Action } from '../../web/action.ts';
import { findingTarget } from '../finding.ts';

const ofFindings = { role: 'operator', changes: 'findings', target: findingTarget } as const;

export const running: Action = { name: 'checks.run', role: 'operator', tier: 0, changes: 'findings' };
export const muting: Action = { ...ofFindings, name: 'finding.muted', tier: 1 };
export const unmuting: Action = { ...ofFindings, name: 'finding.unmuted', tier: 0 };
