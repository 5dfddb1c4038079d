import type { Operation } from '../../core/operation.ts';
import { viewJob } from '../../jobs/job-view.ts';
import type { Services } from '../../web/services.ts';
import type { Card } from '../../web/card.ts';

export const controlsCard: Card = {
  name: 'controls',
  host: 'ops-controls-card',
  path: '/ui/operations/controls',
  dirtyOn: ['job', 'operations', 'index'],
  load: (services) => ({
    operations: services.catalogue.all().map((operation) => viewOperation(services, operation)),
    isNoop: services.config.mode === 'noop',
  }),
};

/** An operation with its last run, and with what blocks a run with its default arguments. */
function viewOperation(services: Services, operation: Operation) {
  const { repository, jobs } = services;
  const defaults = defaultArguments(operation);
  const last = repository.lastOf(operation.name);
  const blocker = jobs.blockerOf(operation, defaults);
  return {
    name: operation.name,
    title: operation.title,
    verb: operation.verb,
    summary: operation.summary,
    icon: operation.icon,
    needsDialog: operation.danger(defaults) !== 'safe',
    last: last && viewJob(services, last),
    notNow: operation.notNow?.(services.config, services.liveIndex.truth()) ?? null,
    blocker: blocker && {
      ...blocker,
      title: services.catalogue.find(blocker.operation)?.title ?? blocker.operation,
    },
  };
}

export function defaultArguments(operation: Operation): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(operation.args.properties)
      .filter(([, property]) => property.default !== undefined)
      .map(([name, property]) => [name, property.default]),
  );
}
