// The checks as a doctor without a server has them: those that look at files alone, and those that need a server. Separate from
// the features, because the command line loads no server; a test holds both together.
import fs from 'node:fs';
import { chainCheck, chainHead } from './audit/chain-check.ts';
import { createChainRepository } from './audit/chain-repository.ts';
import { headFile } from './audit/head-file.ts';
import { asFilesSay } from './backup-store/as-files-say.ts';
import { createBackupRepository } from './backup-store/backup-repository.ts';
import { backupsCheck, backupsHead } from './backups/backups-check.ts';
import { createVanishedBackups } from './backups/vanished-repository.ts';
import { installationChecks } from './checks/installation/installation-checks.ts';
import { existing } from './checks/installation/file-checks.ts';
import { clockHead } from './checks/clock-check.ts';
import { selfAttackHead } from './checks/self-attack-head.ts';
import { streamHead } from './checks/stream-check.ts';
import { createCatalogue } from './core/catalogue.ts';
import type { Check, CheckHead } from './core/check.ts';
import type { Config } from './core/config.ts';
import { type Db, openDatabase, scriptBusyMs } from './core/db/open.ts';
import { budgetCheck, budgetHead } from './costs/budget-check.ts';
import { createCostBook } from './cost-store/cost-book.ts';
import { createCostRepository } from './cost-store/cost-repository.ts';
import { createUsageRepository } from './cost-store/usage-repository.ts';
import { credentialHeads } from './credentials/credential-check.ts';
import { credentialChecksOf } from './credentials/credential-checks-of.ts';
import { declaredOperations, reservedNames } from './declared-operations.ts';
import { lockedHead } from './damage/locked-check.ts';
import { createPastWork } from './databases/past-work-repository.ts';
import { lastCheckHead, lastChecksCheck } from './databases/last-checks-check.ts';
import { databaseHead } from './embedding/database-check.ts';
import { createChecklistRepository } from './checklist/checklist-repository.ts';
import { incidentsCheck, incidentsHead } from './incidents/incidents-check.ts';
import { createListRepository } from './incidents/list-repository.ts';
import { indexHead } from './index/index-check.ts';
import { createCustomOperations, customOperationsCheck } from './operations/custom-operations.ts';
import { logStoreHead } from './log-store/log-store-check.ts';
import { embeddingOutageHead } from './queue/queue-check.ts';
import { queueHead } from './queue/stuck-check.ts';
import { countLibrary } from './library/counts.ts';
import { lostJobsHead } from './runner/lost-jobs.ts';
import { runnerHead } from './runner/runner-check.ts';
import { objectivesHead } from './objectives/objectives-check.ts';
import { runbooksCheck, runbooksHead } from './runbooks/review-check.ts';
import { createRunbookRepository } from './runbooks/runbook-repository.ts';
import { createScheduleRepository } from './schedule-store/schedule-repository.ts';
import { createScheduleJobs } from './schedules/schedule-jobs-repository.ts';
import { schedulesCheck, schedulesHead } from './schedules/schedules-check.ts';
import { sourcesHead } from './sources/sources-check.ts';
import { sourcesCheckOf } from './sources/sources-check-of.ts';
import { dataFolderHead } from './telemetry/data-root-check.ts';
import { databaseSizeHead } from './telemetry/database-size-check.ts';
import { diskCheck } from './telemetry/disk-check.ts';
import { diskForecastHead } from './disk/disk-forecast-check.ts';
import { eventLoopHead, samplerHead } from './telemetry/server-checks.ts';
import { createStarts } from './starts/repository.ts';
import { restartsCheck, restartsHead } from './starts/restarts-check.ts';
import { createWebhookRepository } from './webhook-store/webhook-repository.ts';
import { createWebhookSecrets } from './webhook-store/webhook-secrets.ts';
import { createDeliveryList } from './webhooks/delivery-list-repository.ts';
import { webhooksCheck, webhooksHead } from './webhooks/webhooks-check.ts';
import { recheckHead } from './workers/recheck-check.ts';
import { workersHead } from './workers/workers-check.ts';

/** `insteadIds`: checks that look in its place while no server runs. */
export const checksOfServer: (CheckHead & { insteadIds?: string[] })[] = [
  { ...databaseHead, insteadIds: ['intact-library', 'intact-jobs'] },
  lockedHead,
  { ...indexHead, insteadIds: ['index-files'] },
  { ...workersHead, insteadIds: ['stopped-workers'] },
  embeddingOutageHead,
  recheckHead,
  queueHead,
  runnerHead,
  lostJobsHead,
  dataFolderHead,
  eventLoopHead,
  samplerHead,
  databaseSizeHead,
  logStoreHead,
  diskForecastHead,
  streamHead,
  clockHead,
  selfAttackHead,
  objectivesHead,
];

/** A doctor changes nothing. */
const countNothing = () => {};

/** Need the configuration alone. */
export function checksOfFiles(config: Config): Check[] {
  const { checks, diskReserveBytes, operationsFile: file, root } = config;
  const custom = createCustomOperations({ file, reserved: reservedNames, onChange() {} });
  const disk = diskCheck({
    root: existing(root),
    databases: [config.databasePath, config.opsDatabasePath],
    lowBytes: () => checks.lowDiskBytes,
    reserveBytes: () => diskReserveBytes,
    sampledFree: () => null,
  });
  return [...installationChecks(config, countNothing), customOperationsCheck(file, custom), disk];
}

export const headsOfOps: CheckHead[] = [
  sourcesHead,
  ...credentialHeads,
  restartsHead,
  chainHead,
  schedulesHead,
  backupsHead,
  lastCheckHead,
  incidentsHead,
  runbooksHead,
  budgetHead,
  webhooksHead,
];

/** Need ops.db, too, which may be open for reading only. Throws the errors of SQLite. */
export function checksOfOps(config: Config, ops: Db): { checks: Check[]; end(): Promise<void> } {
  const credentials = credentialChecksOf(config, ops);
  const sources = sourcesCheckOf(config, ops);
  const restarts = restartsCheck({ config, starts: createStarts(ops), now: () => new Date() });
  const chain = createChainRepository(ops);
  const audit = chainCheck({ chain, file: headFile(config.root), problem: () => null });
  const checks = [
    sources.check,
    ...credentials,
    restarts,
    audit,
    schedulesOf(config, ops),
    backupsOf(config, ops),
    lastChecksCheck({ config, past: createPastWork(ops), now: () => new Date() }),
    incidentsCheck({
      lists: createListRepository(ops),
      checklistRepository: createChecklistRepository(ops),
      now: () => new Date(),
    }),
    runbooksCheck({ runbookRepository: createRunbookRepository(ops), now: () => new Date() }),
    budgetOf(config, ops),
    webhooksOf(config, ops),
  ];
  return { checks, end: sources.end };
}

function budgetOf(config: Config, ops: Db): Check {
  const [usageRepository, costRepository] = [createUsageRepository(ops), createCostRepository(ops)];
  const now = () => new Date();
  return budgetCheck({ costBook: createCostBook({ config, now, usageRepository, costRepository }), now });
}

function webhooksOf({ root }: Config, ops: Db): Check {
  const webhookRepository = createWebhookRepository(ops);
  const webhookSecrets = createWebhookSecrets({ root, webhookRepository, now: () => new Date() });
  const deliveryList = createDeliveryList(ops);
  const sender = { isStuck: () => false };
  return webhooksCheck({ webhookRepository, webhookSecrets, deliveryList, sender });
}

function schedulesOf({ operationsFile: file }: Config, ops: Db): Check {
  const catalogue = createCatalogue(declaredOperations);
  catalogue.extend(createCustomOperations({ file, reserved: reservedNames, onChange() {} }).operations);
  return schedulesCheck({
    schedules: createScheduleRepository(ops),
    scheduleJobs: createScheduleJobs(ops),
    catalogue,
    // The server checks the arguments, which may name entries of the library.
    readArguments: (_operation, args) => args,
  });
}

function backupsOf(config: Config, ops: Db): Check {
  return backupsCheck({
    config,
    readBackups: async () => (await asFilesSay(config, createBackupRepository(ops).all(), new Date())).there,
    vanished: createVanishedBackups(ops).unasked,
    unused: () => [],
    schedules: createScheduleRepository(ops),
    hasEntries: () => hasEntries(config.databasePath),
    firstStart: createStarts(ops).first,
    now: () => new Date(),
  });
}

/** True for a library that cannot be read: other checks say so. */
function hasEntries(databasePath: string): boolean {
  if (!fs.existsSync(databasePath)) return false;
  try {
    const library = openDatabase(databasePath, { busyMs: scriptBusyMs, readonly: true });
    try {
      return countLibrary(library).entries > 0;
    } finally {
      library.close();
    }
  } catch {
    return true;
  }
}
