// The snapshots that wait to be installed: discards them, and sweeps what nobody installs.
import fs from 'node:fs';
import path from 'node:path';
import { type Audit, type Requester, systemRequester } from '../core/audit.ts';
import type { Bus } from '../core/bus.ts';
import type { Config } from '../core/config.ts';
import { AppError } from '../core/errors.ts';
import { readStaged, removeStaged, type Staged, sweepStaged } from './staging.ts';
import { recordRefusal, uploadIdOf } from './upload-record.ts';

type StagedSnapshotsOptions = {
  config: Pick<Config, 'root' | 'indexFolder'>;
  audit: Audit;
  bus: Bus;
  /** The number of the job that has not ended and will install the snapshot; null without one. */
  wantedBy: (stagedId: string) => number | null;
  /** The id of the upload in progress. */
  activeId: () => string | null;
  now: () => Date;
};

export function createStagedSnapshots(given: StagedSnapshotsOptions) {
  const { config, audit, bus, wantedBy, activeId, now } = given;
  const folder = path.join(config.root, 'uploads');

  return {
    /** Removes a staged snapshot and returns it. Throws `not_found`, or `operation_locked` when a job is to install it. */
    discard(id: string, by: Requester): Staged {
      const staged = readStaged(config.indexFolder, id);
      if (!staged) throw new AppError('not_found', 'No such snapshot waits: it was installed or removed.');
      const job = wantedBy(id);
      const target = staged.file_name;
      if (job !== null) {
        audit.record({ event: 'snapshot.discard', outcome: 'refused', by, target, detail: { job } });
        throw new AppError(
          'operation_locked',
          `Job #${job} is to install ${target}. Cancel that job, then discard the snapshot.`,
        );
      }
      removeStaged(config.indexFolder, id);
      recordDiscard(by, staged);
      bus.emit('index');
      return staged;
    },

    /** Removes snapshots that nobody installed within an hour, and what uploads left when the server was killed. */
    sweep() {
      const isNeeded = (id: string) => id === activeId() || wantedBy(id) !== null;
      const { expired, unfinished } = sweepStaged(config.indexFolder, now(), isNeeded);
      for (const staged of expired) recordDiscard(systemRequester, staged);
      for (const id of new Set([...unfinished, ...removeLostZips()])) {
        recordRefusal(audit, systemRequester, null, lostUpload(id));
      }
      bus.emit('index');
    },
  };

  function removeLostZips(): string[] {
    return fs.readdirSync(folder).flatMap((name) => {
      const id = uploadIdOf(name);
      if (id === null || id === activeId()) return [];
      fs.rmSync(path.join(folder, name));
      return [id];
    });
  }

  function recordDiscard(by: Requester, { staged_id, file_name }: Staged) {
    audit.record({
      event: 'snapshot.discard',
      outcome: 'ok',
      by,
      target: file_name,
      detail: { staged_id },
    });
  }
}

function lostUpload(id: string): AppError {
  return new AppError('internal', 'The server ended during this upload. Nothing was kept.', {
    code: 'lost',
    upload: id,
  });
}
