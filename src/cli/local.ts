// The parts for a command that works on ops.db itself, with or without a server. Separate from main.ts, because it loads the
// database.
import fs from 'node:fs';
import { openDatabases } from '../backup-store/open-databases.ts';
import type { Config } from '../core/config.ts';
import { prepareDataRoot } from '../core/data-root.ts';
import { countMissing, listMigrations } from '../core/db/migrations.ts';
import type { Db } from '../core/db/open.ts';
import { prepareOps } from '../core/db/ops.ts';
import { readFrom } from '../core/db/read-from.ts';
import type { Log } from '../core/log.ts';
import type { Local } from '../core/terminal/command.ts';
import { createHoldBack } from '../maintenance/hold-back.ts';
import { holdRoot } from '../runner/hold-root.ts';
import { createWindowRepository } from '../window-store/window-repository.ts';

export const local: Local = {
  createHoldBack: (given) => createHoldBack({ ...given, windows: createWindowRepository(given.ops) }),

  async openOps(config, log) {
    prepareDataRoot(config.root);
    return needsUpdate(config) ? update(config, log) : prepareOps(config.opsDatabasePath);
  },
};

/** A new ops.db is a first installation. */
function needsUpdate({ databasePath, opsDatabasePath }: Config): boolean {
  if (!fs.existsSync(databasePath)) return false;
  const isOlder = (ops: Db) =>
    countMissing(ops, 'ops') > 0 && listMigrations(ops, 'ops').some((one) => one.is_applied);
  return readFrom(opsDatabasePath, isOlder) ?? false;
}

/** Does what the first start of this version does: copies both databases, then changes both. */
async function update(config: Config, log: Log): Promise<Db> {
  const next = 'Its databases are of an earlier version: stop that server and start this version first.';
  const release = holdRoot(config.root, next);
  try {
    const { ops, library } = await openDatabases(config, { log });
    library.close();
    return ops;
  } finally {
    release();
  }
}
