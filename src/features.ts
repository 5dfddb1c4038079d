// The only list of features, in the order in which they are built: a feature may use those before it. App, server and
// command line derive everything else from this list.
import type { Operation } from './core/operation.ts';
import { dashboard } from './dashboard/feature.ts';
import { embedding } from './embedding/feature.ts';
import { index } from './index/feature.ts';
import { jobs } from './jobs/feature.ts';
import { library } from './library/feature.ts';
import { operations } from './operations/feature.ts';
import { queue } from './queue/feature.ts';
import { runner } from './runner/feature.ts';
import { search } from './search/feature.ts';
import { sheets } from './sheets/feature.ts';
import { snapshots } from './snapshots/feature.ts';
import { telemetry } from './telemetry/feature.ts';
import type { Feature } from './web/feature.ts';
import { workers } from './workers/feature.ts';

export const features: Feature[] = [
  library,
  jobs,
  embedding,
  sheets,
  index,
  runner,
  operations,
  search,
  snapshots,
  workers,
  telemetry,
  queue,
  dashboard,
];

export const declaredOperations: Operation[] = features.flatMap((feature) => feature.operations ?? []);

/** Names that an operator's own operation cannot take: the declared ones, those kept for later, and the commands of the
 *  command line (`jobs` is a path of the API, too). */
export const reservedNames = [
  ...declaredOperations.map(({ name }) => name),
  'undo',
  'jobs',
  'job',
  'cancel',
  'retry',
  'retention',
  'workers',
  'pause',
  'resume',
  'drain',
  'queue',
  'retry-failed',
  'doctor',
  'help',
];
