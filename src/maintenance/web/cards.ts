// The cards of maintenance windows: the banner of every page; and on the page of windows the open ones, the jobs that a new one
// would wait for, the fields of its start, and the former ones.
import { upperFirst } from '../../core/format.ts';
import type { SharedCard } from '../../web/card.ts';
import { holdsBack, levels, stateOf } from '../../window-store/window.ts';
import type { MaintenanceContext } from '../parts.ts';
import { viewFormer, viewOpen } from './open-windows.ts';
import { viewStart } from './start-form.ts';
import { viewWait, viewWindow } from './window-view.ts';

/** The topic `maintenance`. */
export const bannerCard = ({ log, windows }: Pick<MaintenanceContext, 'log' | 'windows'>): SharedCard => ({
  name: 'maintenance',
  host: 'maintenance-banner',
  path: '/ui/maintenance/banner',
  isOnEveryPage: true,
  dirtyOn: ['maintenance'],
  load() {
    try {
      const window = windows.current();
      return { window: window && viewWindow(window, windows.waitsFor(window)), isUnreadable: false };
    } catch (error) {
      log.error({ err: error }, 'the maintenance windows cannot be read');
      return { window: null, isUnreadable: true };
    }
  },
});

export const nowCard = (ctx: MaintenanceContext): SharedCard => ({
  name: 'window-now',
  host: 'window-now',
  path: '/ui/maintenance/now',
  dirtyOn: ['maintenance', 'audit'],
  load() {
    const open = ctx.windows.all();
    const planned = open.filter((window) => stateOf(window) === 'planned');
    return {
      inBanner: ctx.windows.current()?.id ?? null,
      begun: open.filter((window) => !planned.includes(window)).map((window) => viewOpen(ctx, window)),
      planned: planned
        .sort((one, other) => one.starts_at.localeCompare(other.starts_at))
        .map((window) => viewWindow(window, null)),
    };
  },
});

/** The fields for the start of a new window. */
export const startsCard = ({ windows }: Pick<MaintenanceContext, 'windows'>): SharedCard => ({
  name: 'window-starts',
  host: 'window-starts-fields',
  path: '/ui/maintenance/starts',
  dirtyOn: ['maintenance'],
  load: () => viewStart(windows.holding()),
});

/** The window or the job in the way of a new window. The same job may be in the way of several levels. */
export const waitCard = ({ windows }: Pick<MaintenanceContext, 'windows'>): SharedCard => ({
  name: 'window-wait',
  host: 'window-wait',
  path: '/ui/maintenance/wait',
  dirtyOn: ['job', 'maintenance'],
  load() {
    const waits = levels.filter(holdsBack).flatMap((level) => {
      const { job, endsAt } = viewWait(windows.wouldWaitFor(level));
      return job ? [{ level, job: { ...job, operation: upperFirst(job.operation) }, endsAt }] : [];
    });
    const jobs = [...new Set(waits.map(({ job }) => job.number))];
    return {
      freeAt: windows.holding()?.ends_at ?? null,
      waits: jobs.flatMap((number) => {
        const same = waits.filter(({ job }) => job.number === number);
        return same[0] ? [{ ...same[0], levels: same.map(({ level }) => level).join(' ') }] : [];
      }),
    };
  },
});

export const formerCard = (ctx: MaintenanceContext): SharedCard => ({
  name: 'windows-before',
  host: 'windows-before',
  path: '/ui/maintenance/before',
  dirtyOn: ['maintenance'],
  load: () => viewFormer(ctx),
});
