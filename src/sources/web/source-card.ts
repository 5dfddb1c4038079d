import { viewJob } from '../../jobs/job-view.ts';
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
  dirtyOn: ['job', 'sources'],
  exists: (name) => ctx.sources.find(name) !== null,
  async load(name) {
    const source = ctx.sources.find(name);
    if (!source) throw unknownSource(name);
    const jobs = ctx.sheetRuns.numbers(source).map((number) => ctx.jobs.find(String(number)));
    return {
      sheet: await viewSheet(ctx, source),
      check: viewCheck(ctx.sourceStates.find(name)),
      jobs: jobs.map((job) => viewJob(ctx, job)),
      tabNames: tabs.map((tab) => source.tabs?.[tab.kind] ?? usualName(source.kind, tab)),
      change: ctx.sources.changeOf(name),
      canRemove: isRemovable(name),
    };
  },
});

function viewCheck(check: SourceState | null) {
  return check && { at: check.checked_at, steps: check.steps.map(viewCheckStep) };
}
