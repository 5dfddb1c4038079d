// Backups as the tests need them: rows, and files that look like those of a set.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { Backup, ProofStep } from '../../src/backup-store/backup.ts';
import { backupStore } from '../../src/backup-store/feature.ts';
import type { TestApp } from './app.ts';

export const step = (name: string, outcome: ProofStep['outcome'] = 'ok'): ProofStep => ({
  name,
  text: `${name} as it should be`,
  outcome,
  ms: outcome === 'not_reached' ? null : 300,
});

export const proven: Partial<Backup> = {
  proof: 'proven',
  proof_job: 2,
  proof_at: '2026-11-22T03:30:00.000Z',
  proof_text: '2 files, 60 experiences.',
  proof_steps: [step('Files'), step('Counts')],
};

/** Adds a backup of that time, with its files. */
export function addBackup(app: TestApp, at: string, more: Partial<Backup> = {}): Backup {
  const kind = more.kind ?? 'full';
  const stamp = at.replace(/[-:]/g, '');
  const id = kind === 'before_import' ? `library-${stamp}-12345678.db` : setName(at);
  const files = kind === 'before_import' ? writeCopy(app, id) : writeSet(app, id, at);
  const backup: Backup = {
    id,
    at,
    kind,
    job: null,
    proof: 'none',
    proof_job: null,
    proof_at: null,
    proof_text: null,
    proof_steps: [],
    note: null,
    is_kept: false,
    gone_at: null,
    ...files,
    ...more,
  };
  if (backup.gone_at !== null) fs.rmSync(placeOf(app, backup), { recursive: true });
  app.use(backupStore).backupRepository.add(backup);
  app.bus.emit('backups');
  return backup;
}

/** The name of a set that was made by hand at that time. */
export const setName = (at: string): string => `${at.replace(/[-:]|\.\d+/g, '')}-by-hand`;

export function placeOf(app: TestApp, { id }: Pick<Backup, 'id'>): string {
  return path.join(app.config.backupPath, id);
}

function writeCopy(app: TestApp, id: string) {
  fs.mkdirSync(app.config.backupPath, { recursive: true });
  fs.writeFileSync(placeOf(app, { id }), 'a copy');
  return { bytes: 6, sha256: null };
}

function writeSet(app: TestApp, id: string, at: string) {
  const folder = placeOf(app, { id });
  fs.mkdirSync(path.join(folder, 'index'), { recursive: true });
  const contents = { 'library.db': 'the library', 'ops.db': 'the records', 'index/one.index': 'vectors' };
  const files = Object.entries(contents).map(([name, content]) => {
    fs.writeFileSync(path.join(folder, name), content);
    return { name, bytes: content.length, sha256: hashOf(content) };
  });
  const manifest = `${JSON.stringify(manifestOf(at, files), null, 2)}\n`;
  fs.writeFileSync(path.join(folder, 'manifest.json'), manifest);
  const bytes = files.reduce((sum, file) => sum + file.bytes, manifest.length);
  return { bytes, sha256: hashOf(manifest) };
}

const manifestOf = (at: string, files: object[]) => ({
  format: 'chl-backup-1',
  version: '0.2.0',
  made_at: at,
  job: null,
  note: null,
  revision: 0,
  model: 'built-in',
  dimension: 4,
  counts: { library: { experiences: 60, category_manuals: 12 }, ops: {} },
  index: { generation: 'g1', vectors: 72 },
  audit_head: { id: 7, hash: 'a'.repeat(64) },
  files,
});

const hashOf = (content: string) => createHash('sha256').update(content).digest('hex');
