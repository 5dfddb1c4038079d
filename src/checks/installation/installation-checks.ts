// The checks that need the configuration alone: the server runs them, and so does the doctor without a server.
import type { Check } from '../../core/check.ts';
import type { Config } from '../../core/config.ts';
import type { CountUsage } from '../../cost-store/usage-item.ts';
import { embedderCheck } from './embedder-check.ts';
import { databaseFilesCheck, folderCheck, googleKeyCheck, type OpenDatabases } from './file-checks.ts';
import {
  configurationCheck,
  nodeCheck,
  programsCheck,
  sqliteCheck,
  trackingCheck,
} from './machine-checks.ts';

/** `open`: of the server, which has the databases open. */
export function installationChecks(config: Config, countUsage: CountUsage, open?: OpenDatabases): Check[] {
  return [
    configurationCheck(config),
    nodeCheck(),
    sqliteCheck(),
    programsCheck(),
    trackingCheck(config),
    folderCheck(config),
    databaseFilesCheck(config, open),
    embedderCheck(config, countUsage),
    googleKeyCheck(config),
  ];
}
