// Chooses, once per process, how the processes of children are tracked, from what the system allows.
import type { Tracking, TrackingSetting } from '../core/config.ts';
import { createCgroupTracker } from './cgroup-tracker.ts';
import { groupTracker } from './group-tracker.ts';
import { createNamespaceTracker } from './namespace-tracker.ts';
import type { Tracker } from './tracker.ts';

const makers: Record<Tracking, () => Tracker | null> = {
  namespace: createNamespaceTracker,
  cgroup: () => createCgroupTracker(),
  group: () => groupTracker,
};
const made = new Map<Tracking, Tracker | null>();

/** The wanted tracker, or with `auto` the strictest one that works here; `group` where the wanted one does not work. */
export function chooseTracker(wanted: TrackingSetting): { tracking: Tracking; tracker: Tracker } {
  const kinds: Tracking[] = wanted === 'auto' ? ['namespace', 'cgroup'] : [wanted];
  for (const tracking of kinds) {
    const tracker = make(tracking);
    if (tracker) return { tracking, tracker };
  }
  return { tracking: 'group', tracker: groupTracker };
}

function make(tracking: Tracking): Tracker | null {
  const known = made.get(tracking);
  if (known !== undefined) return known;
  const tracker = makers[tracking]();
  made.set(tracking, tracker);
  return tracker;
}

/** For `chl doctor`. `isStrict`: every process is found. */
export function describeTracking(wanted: TrackingSetting): { isStrict: boolean; text: string } {
  const { tracking } = chooseTracker(wanted);
  if (tracking !== 'group') return { isStrict: true, text: descriptions[tracking] };
  const cause =
    wanted === 'group'
      ? 'Tracking of processes is group (CHL_PROCESS_TRACKING): detached processes of scripts are not always found. Choose auto.'
      : `Detached processes of scripts are not always found: this system does not allow ${needs[wanted]}.`;
  return { isStrict: false, text: cause };
}

const descriptions = {
  namespace: 'Each script has a PID namespace, which ends with all its processes.',
  cgroup: 'Each script has a control group, which is ended with all its processes.',
};
const needs = {
  auto: 'PID namespaces (unshare and setsid of util-linux), and delegates no control group (Delegate=yes in systemd)',
  namespace:
    'PID namespaces (unshare and setsid of util-linux). Choose auto (CHL_PROCESS_TRACKING) to try control groups',
  cgroup:
    'control groups (Delegate=yes in systemd). Choose auto (CHL_PROCESS_TRACKING) to try PID namespaces',
};
