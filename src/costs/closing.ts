// How days are closed: by a schedule, or by hand.
import { url } from '../core/url.ts';
import { describeWhenAndWhere } from '../schedule-store/describe-when.ts';
import type { ScheduleRepository } from '../schedule-store/schedule-repository.ts';

/** `link`: null when nothing is left to set up. */
export type Closing = { sentence: string; link: { label: string; href: string } | null };

export function describeClosing(schedules: Pick<ScheduleRepository, 'all'>): Closing {
  const own = schedules.all().filter(({ operation }) => operation === 'costs');
  const running = own.find(({ is_on }) => is_on);
  if (running) {
    const when = describeWhenAndWhere(running);
    const href = url(`/schedules/${encodeURIComponent(running.name)}`);
    return {
      sentence: `Days are closed by schedule: ${when.charAt(0).toLowerCase()}${when.slice(1)}.`,
      link: { label: 'Schedule', href },
    };
  }
  const [known] = own;
  const sentence = 'No schedule. Days are closed only by hand.';
  const href = known
    ? url(`/schedules/${encodeURIComponent(known.name)}`)
    : url('/schedules/new', { operation: 'costs' });
  return { sentence, link: { label: 'Set up', href } };
}
