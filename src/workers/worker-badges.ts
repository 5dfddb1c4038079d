import type { WorkerState } from './state.ts';

/** How a state looks. */
export const workerBadges: Record<WorkerState, { tone: string; icon: string; word: string }> = {
  idle: { tone: 'idle', icon: 'clock', word: 'Idle' },
  working: { tone: 'run', icon: 'half', word: 'Working' },
  paused: { tone: 'hold', icon: 'pause', word: 'Paused' },
  draining: { tone: 'warn', icon: 'drain', word: 'Draining' },
  stalled: { tone: 'warn', icon: 'tri', word: 'Stalled' },
  lost: { tone: 'bad', icon: 'unplug', word: 'Lost' },
};
