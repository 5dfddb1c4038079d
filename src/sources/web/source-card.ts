import { url } from '../../core/url.ts';
import { viewJob } from '../../jobs/job-view.ts';
import { describeWhenAndWhere } from '../../schedule-store/describe-when.ts';
import type { Schedule } from '../../schedule-store/schedule.ts';
import { tabs } from '../../sheets/tabs.ts';
import type { RecordCard } from '../../web/card.ts';
import { viewCheckStep } from '../../web/check-step.ts';
import type { SourceContext } from '../parts.ts';
import { isRemovable, unknownSource } from '../source-changes.ts';
import type { SourceState } from '../source-state-repository.ts';
import { usualName } from '../tab-name-rules.ts';
import { viewSheet } from './sheet-view.ts';

/** A named sheet: its state, its last check, its jobs. */
export const sourceCard = (ctx: SourceContext): RecordCard => ({
  name: 'source',
  host: 'source-:name-card',
  path: '/ui/sources/:name/card',
  dirtyOn: ['job', 'sources', 'schedules', 'settings'],
  exists: (name) => ctx.sources.find(name) !== null,
  async load(name) {
    const source = ctx.sources.find(name);
    if (!source) throw unknownSource(name);
    const jobs = ctx.sheetRuns.numbers(source).map((number) => ctx.jobs.find(String(number)));
    const sheet = await viewSheet(ctx, source);
    const check = ctx.sourceStates.find(name);
    const saysWhy =
      !sheet.isReading && sheet.trouble !== null && check?.steps.some(({ text }) => text === sheet.trouble);
    return {
      sheet: saysWhy ? { ...sheet, sentence: knownFromCheck } : sheet,
      check: viewCheck(check),
      jobs: jobs.map((job) => viewJob(ctx, job)),
      schedules: ctx.wantedBy.schedules(name).map((schedule) => viewSchedule(ctx, schedule)),
      scheduleUrl: url('/schedules/new', { operation: 'import', 'args.source': name }),
      tabNames: tabs.map((tab) => source.tabs?.[tab.kind] ?? usualName(source.kind, tab)),
      change: ctx.sources.changeOf(name),
      canRemove: isRemovable(name),
    };
  },
});

/** `next`: null for a schedule that is off. */
function viewSchedule({ catalogue, nextRuns }: SourceContext, schedule: Schedule) {
  return {
    name: schedule.name,
    url: url(`/schedules/${encodeURIComponent(schedule.name)}`),
    runs: catalogue.find(schedule.operation)?.title ?? schedule.operation,
    sentence: describeWhenAndWhere(schedule),
    next: nextRuns.after(schedule)?.at ?? null,
  };
}

/** The card of the check beside it repeats the whole text. */
const knownFromCheck = { lead: 'It cannot be read: the last check says why.', at: null, tail: '' };

function viewCheck(check: SourceState | null) {
  return check && { at: check.checked_at, steps: check.steps.map(viewCheckStep) };
}
