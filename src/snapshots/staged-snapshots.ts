// The snapshots that wait to be installed: discards them, and sweeps what nobody installs.
import fs from 'node:fs';
import path from 'node:path';
import { type Audit, type AuditEntry, auditRefusal, type Requester, systemRequester } from '../core/audit.ts';
import { AppError } from '../core/errors.ts';
import type { Kernel } from '../core/kernel.ts';
import { lostUpload, recordRefusedUpload } from '../sources/upload-audit.ts';
import { snapshotActions } from './actions.ts';
import { readStaged, removeStaged, type Staged, sweepStaged } from './staging.ts';

type Given = Pick<Kernel, 'config' | 'audit' | 'bus' | 'now'> & {
  /** The number of the job that has not ended and will install the snapshot; null without one. */
  wantedBy: (stagedId: string) => number | null;
  activeId: () => string | null;
};

const event = snapshotActions.upload.name;

export function createStagedSnapshots({ config, audit, bus, wantedBy, activeId, now }: Given) {
  const folder = path.join(config.root, 'uploads');

  return {
    /** Removes a staged snapshot and returns it. Throws `not_found`, or `operation_locked` when a job is to install it. */
    discard(id: string, by: Requester): Staged {
      const staged = readStaged(config.indexFolder, id);
      if (!staged)
        throw new AppError('not_found', 'This snapshot is no longer staged: it was installed or removed.');
      const job = wantedBy(id);
      const entry = { ...discardOf(by, staged), detail: { staged_id: id, job } };
      auditRefusal(audit, entry, () => assertFree(staged, job));
      recordDiscard(by, staged);
      removeStaged(config.indexFolder, id);
      bus.emit('index');
      return staged;
    },

    /** Removes snapshots that nobody installed within an hour, and what uploads left when the server was killed. */
    sweep() {
      const isNeeded = (id: string) => id === activeId() || wantedBy(id) !== null;
      const { expired, unfinished } = sweepStaged(config.indexFolder, now(), isNeeded);
      for (const staged of expired) recordDiscard(systemRequester, staged);
      for (const id of new Set([...unfinished, ...removeLostZips()])) {
        recordRefusedUpload(audit, { event, by: systemRequester, fileName: null, error: lostUpload(id) });
      }
      bus.emit('index');
    },
  };

  function removeLostZips(): string[] {
    return fs.readdirSync(folder).flatMap((name) => {
      const id = /^snapshot-([0-9a-f]{8})\.zip$/.exec(name)?.[1];
      if (id === undefined || id === activeId()) return [];
      fs.rmSync(path.join(folder, name));
      return [id];
    });
  }

  function recordDiscard(by: Requester, staged: Staged) {
    audit.record({ ...discardOf(by, staged), outcome: 'ok' });
  }
}

function assertFree({ file_name }: Staged, job: number | null) {
  if (job === null) return;
  const message = `Job #${job} installs ${file_name}. Cancel that job, then discard the snapshot.`;
  throw new AppError('operation_locked', message);
}

function discardOf(by: Requester, { staged_id, file_name }: Staged): AuditEntry {
  return { event: snapshotActions.discard.name, by, target: file_name, detail: { staged_id } };
}

export function uploadFileName(id: string): string {
  return `snapshot-${id}.zip`;
}

export function recordStaged(audit: Audit, by: Requester, snapshot: Staged) {
  const { staged_id, file_name, bytes, coverage, sample } = snapshot;
  const { model, count } = snapshot.manifest;
  const detail = { staged_id, bytes, model, count, coverage, sample };
  audit.record({ event, outcome: 'ok', by, target: file_name, detail });
}
