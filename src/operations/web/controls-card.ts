import { defaultArguments } from '../../core/arguments.ts';
import type { Operation } from '../../core/operation.ts';
import { viewJob } from '../../jobs/job-view.ts';
import type { Blocker } from '../../jobs/lock-queue.ts';
import type { SharedCard } from '../../web/card.ts';
import type { OperationContext } from '../parts.ts';

/** Every operation with its last run and the job that blocks a run with default arguments. */
export const controlsCard = (ctx: OperationContext): SharedCard => ({
  name: 'controls',
  host: 'ops-controls-card',
  path: '/ui/operations/controls',
  dirtyOn: ['job', 'operations', 'index'],
  load() {
    const operations = ctx.catalogue.all();
    const defaults = operations.map(defaultArguments);
    const blockers = ctx.lockQueue.blockersOf(operations.map((one, at) => one.locks(defaults[at] ?? {})));
    return {
      operations: operations.map((operation, at) => viewOperation(ctx, operation, blockers[at] ?? null)),
      isNoop: ctx.config.mode === 'noop',
    };
  },
});

function viewOperation(ctx: OperationContext, operation: Operation, blocker: Blocker | null) {
  const { repository, config, liveIndex } = ctx;
  const last = repository.lastOf(operation.name);
  return {
    name: operation.name,
    title: operation.title,
    verb: operation.verb,
    label: blocker ? `Queue ${operation.verb.toLowerCase()}` : operation.verb,
    summary: operation.summary,
    icon: operation.icon,
    needsDialog: operation.danger(defaultArguments(operation)) !== 'safe',
    last: last && viewJob(ctx, last),
    unavailable: operation.unavailable?.(config, liveIndex.indexState()) ?? null,
    blocker,
  };
}
