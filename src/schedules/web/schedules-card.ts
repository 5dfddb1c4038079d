// An invisible card whose content is a digest of all that the list of schedules can show. When it changes, the open lists fetch
// themselves again: each shows the page and the search of its address, so they cannot be cards.
import { createHash } from 'node:crypto';
import { leastRoleToOffer } from '../../jobs/refusals.ts';
import type { SharedCard } from '../../web/card.ts';
import type { SchedulesContext } from '../parts.ts';
import { problemOf } from '../schedule-problem.ts';

export const schedulesCard = (ctx: SchedulesContext): SharedCard => ({
  name: 'schedules',
  host: 'schedule-changes',
  path: '/ui/schedules/changes',
  dirtyOn: ['schedules', 'job', 'jobs-removed', 'operations', 'maintenance'],
  load: () => ({ digest: digestOfSchedules(ctx) }),
});

function digestOfSchedules(ctx: SchedulesContext): string {
  const schedules = ctx.schedules.all().map((schedule) => {
    const operation = ctx.catalogue.find(schedule.operation);
    const needs = operation && leastRoleToOffer(operation, schedule.args, ctx.libraryState);
    return [schedule, operation?.title, needs, problemOf(ctx, schedule)];
  });
  const windows = ctx.windowRepository.open().map(({ id, begun_at, ends_at }) => [id, begun_at, ends_at]);
  const state = [schedules, ctx.scheduleRuns.state(), windows];
  return createHash('sha1').update(JSON.stringify(state)).digest('base64url');
}
