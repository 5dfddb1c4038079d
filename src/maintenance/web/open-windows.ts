// The open windows and the former ones as their cards show them.
import { plural } from '../../core/format.ts';
import { url } from '../../core/url.ts';
import { runAction } from '../../jobs/actions.ts';
import type { Window } from '../../window-store/window.ts';
import { levelWords } from '../../window-store/level-words.ts';
import type { MaintenanceContext } from '../parts.ts';
import { maxRefusals, type RefusalRepository } from '../refusal-repository.ts';
import { listWindows } from '../window-body.ts';
import { describeDrain, viewEnded, viewWindow } from './window-view.ts';

export const windowsPath = '/settings/maintenance';

const pageSize = 20;

/** A window that has begun. */
export function viewOpen({ refusals, windows }: MaintenanceContext, window: Window) {
  const view = viewWindow(window, windows.waitsFor(window));
  const { name } = levelWords[window.level];
  return {
    ...view,
    word: view.state === 'starting' ? `${name}, starting` : name,
    drained: describeDrain(window),
    refused: describeRefused(refusals.since(window.begun_at ?? window.starts_at)),
  };
}

/** `2 jobs, 1 other request` */
function describeRefused(counts: ReturnType<RefusalRepository['since']>): string {
  const count = (isJob: boolean) =>
    counts
      .filter(({ event }) => jobEvents.includes(event) === isJob)
      .reduce((sum, { times }) => sum + times, 0);
  const [jobs, others] = [count(true), count(false)];
  const words = `${plural(jobs, 'job')}, ${plural(others, 'other request')}`;
  return jobs + others >= maxRefusals ? `at least ${words}` : words;
}

const jobEvents: string[] = [runAction.refused, 'job.retry'];

/** The newest former windows, or those with an id below `before`. */
export function viewFormer({ windows, endings }: MaintenanceContext, before?: number) {
  const { items, hasMore } = listWindows(windows, { state: 'ended', limit: pageSize, before });
  const last = items.at(-1);
  return {
    windows: items.map((window) => viewEnded(window, endings.wasOff(window))),
    newer: before === undefined ? null : url(windowsPath),
    older: hasMore && last ? url(windowsPath, { before: String(last.id) }) : null,
  };
}
