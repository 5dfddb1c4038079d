// The checks that need the configuration alone: the server runs them, and so does the doctor without a server.
import type { Check } from '../../core/check.ts';
import type { Config } from '../../core/config.ts';
import { embedderCheck } from './embedder-check.ts';
import { databaseFilesCheck, folderCheck, googleKeyCheck } from './file-checks.ts';
import {
  configurationCheck,
  nodeCheck,
  programsCheck,
  sqliteCheck,
  trackingCheck,
} from './machine-checks.ts';

export function installationChecks(config: Config): Check[] {
  return [
    configurationCheck(config),
    nodeCheck(),
    sqliteCheck(),
    programsCheck(),
    trackingCheck(config),
    folderCheck(config),
    databaseFilesCheck(config),
    embedderCheck(config),
    googleKeyCheck(config),
  ];
}
