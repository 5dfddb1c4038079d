// The only list of features, in the order in which they are built: a feature may use earlier ones. App and server derive
// everything else from this list.
import { access } from './access/feature.ts';
import { activity } from './activity/feature.ts';
import { audit } from './audit/feature.ts';
import { backupStore } from './backup-store/feature.ts';
import { backups } from './backups/feature.ts';
import { bulk } from './bulk/feature.ts';
import { caches } from './caches/feature.ts';
import { checks } from './checks/feature.ts';
import { checklist } from './checklist/feature.ts';
import { credentials } from './credentials/feature.ts';
import { damage } from './damage/feature.ts';
import { dashboard } from './dashboard/feature.ts';
import { databases } from './databases/feature.ts';
import { disk } from './disk/feature.ts';
import { documents } from './documents/feature.ts';
import { embedding } from './embedding/feature.ts';
import { exports } from './exports/feature.ts';
import { flags } from './flags/feature.ts';
import { incidents } from './incidents/feature.ts';
import { incidentStore } from './incident-store/feature.ts';
import { index } from './index/feature.ts';
import { jobs } from './jobs/feature.ts';
import { library } from './library/feature.ts';
import { maintenance } from './maintenance/feature.ts';
import { objectives } from './objectives/feature.ts';
import { objectiveStore } from './objective-store/feature.ts';
import { operations } from './operations/feature.ts';
import { planStore } from './plan-store/feature.ts';
import { plans } from './plans/feature.ts';
import { queue } from './queue/feature.ts';
import { removal } from './removal/feature.ts';
import { restore } from './restore/feature.ts';
import { runner } from './runner/feature.ts';
import { scheduleStore } from './schedule-store/feature.ts';
import { runbooks } from './runbooks/feature.ts';
import { schedules } from './schedules/feature.ts';
import { search } from './search/feature.ts';
import { settings } from './settings/feature.ts';
import { setup } from './setup/feature.ts';
import { sheets } from './sheets/feature.ts';
import { snapshots } from './snapshots/feature.ts';
import { sourceStore } from './source-store/feature.ts';
import { sources } from './sources/feature.ts';
import { starts } from './starts/feature.ts';
import { status } from './status/feature.ts';
import { storage } from './storage/feature.ts';
import { telemetry } from './telemetry/feature.ts';
import { undo } from './undo/feature.ts';
import { logStore } from './log-store/feature.ts';
import { log } from './log/feature.ts';
import { requests } from './requests/feature.ts';
import { traces } from './traces/feature.ts';
import { errors } from './errors/feature.ts';
import { costStore } from './cost-store/feature.ts';
import { costs } from './costs/feature.ts';
import { notices } from './notices/feature.ts';
import { webhookStore } from './webhook-store/feature.ts';
import { webhooks } from './webhooks/feature.ts';
import type { Feature } from './web/feature.ts';
import { windowStore } from './window-store/feature.ts';
import { workers } from './workers/feature.ts';
import { words } from './words/feature.ts';

export const features: Feature[] = [
  access,
  backupStore,
  flags,
  objectiveStore,
  webhookStore,
  settings,
  logStore,
  library,
  planStore,
  sourceStore,
  scheduleStore,
  windowStore,
  incidentStore,
  documents,
  checklist,
  costStore,
  damage,
  jobs,
  bulk,
  embedding,
  words,
  sheets,
  exports,
  removal,
  undo,
  index,
  runner,
  maintenance,
  operations,
  plans,
  sources,
  search,
  snapshots,
  workers,
  schedules,
  audit,
  restore,
  starts,
  telemetry,
  disk,
  backups,
  databases,
  caches,
  queue,
  credentials,
  checks,
  log,
  requests,
  objectives,
  traces,
  errors,
  runbooks,
  incidents,
  webhooks,
  costs,
  dashboard,
  notices,
  status,
  storage,
  activity,
  setup,
];
