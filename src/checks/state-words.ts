// The words of components and of the states of checks, for every page that shows them.
import { upperFirst } from '../core/format.ts';
import type { CheckState } from './views.ts';

const componentTitles: Record<string, string> = {
  database: 'Databases',
  data_folder: 'Data folder',
  disk: 'Disk',
  embedder: 'Embedder',
  index: 'Index',
  queue: 'Queue',
  runner: 'Runner',
  server: 'Server',
  settings: 'Settings',
  sources: 'Sheets',
  stream: 'Live updates',
  workers: 'Workers',
};

/** `source:published` is the sheet published. */
export function titleOfComponent(component: string): string {
  const [kind = '', name] = component.split(':');
  if (name !== undefined) return `${upperFirst(kind)} ${name}`;
  return componentTitles[component] ?? upperFirst(component.replaceAll('_', ' '));
}

export const stateBadges = {
  error: { tone: 'bad', icon: 'cross', word: 'Error' },
  warning: { tone: 'warn', icon: 'tri', word: 'Warning' },
  info: { tone: 'idle', icon: 'info', word: 'Note' },
  pass: { tone: 'ok', icon: 'check', word: 'Passes' },
  unknown: { tone: 'idle', icon: 'clock', word: 'Not run yet' },
} satisfies Record<CheckState, { tone: string; icon: string; word: string }>;

export const mutedBadge = { tone: 'hold', icon: 'mute', word: 'Muted' };
