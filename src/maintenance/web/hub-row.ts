import type { HubRow, HubState } from '../../core/hub-row.ts';
import { lowerFirst, upperFirst } from '../../core/format.ts';
import { stateOf, type Window } from '../../window-store/window.ts';
import { levelWords } from '../../window-store/level-words.ts';
import type { MaintenanceContext } from '../parts.ts';
import { windowsPath } from './open-windows.ts';
import { dayTime } from '../../web/template-globals.ts';
import { spanOf, timeSpan } from './window-times.ts';

/** The open window, else the last one. */
export const maintenanceRow = ({ windows }: Pick<MaintenanceContext, 'windows'>): HubRow => ({
  hub: 'settings',
  position: 70,
  icon: 'wrench',
  name: 'Maintenance',
  href: windowsPath,
  dirtyOn: ['maintenance'],
  load() {
    const window = windows.current() ?? windows.all()[0];
    if (window) return describeOpen(window);
    const [last] = windows.history(1);
    return { sentence: last ? `No window. ${describeLast(last)}` : 'No window, and none before.' };
  },
});

function describeOpen(window: Window): HubState {
  const { level, starts_at, ends_at } = window;
  const { name, effect } = levelWords[level];
  const state = stateOf(window);
  if (state === 'planned')
    return { sentence: `Planned: ${lowerFirst(name)}, ${timeSpan(starts_at, ends_at)}.` };
  const label = state === 'starting' ? `${name}, starting` : name;
  return { sentence: `Until ${dayTime(ends_at)}: ${effect}.`, badge: { tone: 'hold', label } };
}

function describeLast({ level, starts_at, begun_at, ended_at, ends_at }: Window): string {
  const name = lowerFirst(levelWords[level].name);
  if (begun_at === null)
    return upperFirst(`the last one was ${name}, planned for ${dayTime(starts_at)}, and did not begin.`);
  return `The last one was ${name} on ${dayTime(begun_at)}, ${spanOf(begun_at, ended_at ?? ends_at)}.`;
}
