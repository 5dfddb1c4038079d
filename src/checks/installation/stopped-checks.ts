// Checks for when no server runs, which would know this by itself: reads whole files, and what stopped parts have left.
import fs from 'node:fs';
import path from 'node:path';
import type { Check } from '../../core/check.ts';
import type { Config } from '../../core/config.ts';
import { findDamage } from '../../core/db/check.ts';
import { inspectLibrary } from '../../core/db/library.ts';
import { inspectOps } from '../../core/db/ops.ts';
import { formatBytes, plural } from '../../core/format.ts';
import { damaged } from '../../embedding/database-check.ts';
import { liveFiles } from '../../index/generation.ts';
import { verifyGeneration } from '../../index/verify.ts';
import { findRefused } from './file-checks.ts';
import { stoppedWorkersCheck } from './stopped-workers-check.ts';

export function stoppedChecks(config: Config): Check[] {
  const { databasePath, opsDatabasePath } = config;
  return [
    intactCheck('library', databasePath, inspectLibrary),
    intactCheck('jobs', opsDatabasePath, inspectOps),
    indexFilesCheck(config),
    stoppedWorkersCheck(config),
  ];
}

function intactCheck(title: string, file: string, inspect: (file: string) => void): Check {
  return {
    id: `intact-${title}`,
    component: 'database',
    title,
    everySec: 86_400,
    look() {
      if (!fs.existsSync(file)) return { says: `${file}, created at the first start`, found: [] };
      const found = findRefused(file, inspect);
      if (found.length > 0) return { says: file, found };
      const says = `${file}, ${formatBytes(fs.statSync(file).size)}`;
      if (findDamage(file) === null) return { says: `${says}, intact`, found };
      return { says, found: [damaged(file)] };
    },
  };
}

function indexFilesCheck({ indexFolder }: Config): Check {
  return {
    id: 'index-files',
    component: 'index',
    title: 'index',
    everySec: 86_400,
    look() {
      const files = liveFiles(indexFolder);
      if (!files) return { says: 'No index yet. Rebuild it when the library has entries.', found: [] };
      const { index } = verifyGeneration(files, () => {});
      const name = path.basename(path.dirname(files.index));
      return { says: `${plural(index.count, 'vector')} in ${name}, intact`, found: [] };
    },
  };
}
