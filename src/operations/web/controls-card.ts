import { defaultArguments } from '../../core/arguments.ts';
import type { SharedCard } from '../../web/card.ts';
import type { OperationContext } from '../parts.ts';
import { foldRows, groupRows } from './operation-groups.ts';
import { viewOperation } from './operation-row.ts';

/** Every operation with its active jobs or its last run, and the job that blocks a run with default arguments. Upkeep is
 *  folded; custom operations are grouped. */
export const controlsCard = (ctx: OperationContext): SharedCard => ({
  name: 'controls',
  host: 'ops-controls-card',
  path: '/ui/operations/controls',
  dirtyOn: ['job', 'operations', 'index', 'maintenance', 'schedules'],
  load() {
    const operations = ctx.catalogue.all();
    const defaults = operations.map(defaultArguments);
    const blockers = ctx.lockQueue.blockersOf(operations.map((one, at) => one.locks(defaults[at] ?? {})));
    const active = ctx.repository.active();
    const next = ctx.nextRuns.byOperation();
    const rows = operations.map((operation, at) =>
      viewOperation(
        ctx,
        operation,
        active.filter((job) => job.operation === operation.name),
        blockers[at] ?? null,
        next.get(operation.name) ?? null,
      ),
    );
    return {
      operations: rows.filter(({ group, isUpkeep }) => group === null && !isUpkeep),
      more: foldRows(
        'More of CHL',
        rows.filter(({ isUpkeep }) => isUpkeep),
      ),
      custom: groupRows(rows.filter(({ group }) => group !== null)),
    };
  },
});
