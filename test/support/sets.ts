// Makes sets of backups in a test: as the operation `backup` does, within this process.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { Backup } from '../../src/backup-store/backup.ts';
import { copyDatabase } from '../../src/backup-store/copy-database.ts';
import { backupFormat, type Manifest, manifestName, writeManifest } from '../../src/backup-store/manifest.ts';
import { countTables } from '../../src/backup-store/set-repository.ts';
import { setFolder } from '../../src/backup-store/set-files.ts';
import { type Config, version } from '../../src/core/config.ts';
import { type Db, openDatabase } from '../../src/core/db/open.ts';
import { liveFiles, readPointer } from '../../src/index/generation.ts';
import { readMeta } from '../../src/index/meta.ts';

type Made = Pick<Config, 'backupPath' | 'databasePath' | 'opsDatabasePath' | 'indexFolder'>;
type Options = { id?: string; at?: string; hasIndex?: boolean };

/** Returns its row, which is not in ops.db yet. */
export async function makeSet(config: Made, options: Options = {}): Promise<Backup> {
  const { id = '20261101T020000Z-7', at = '2026-11-01T02:00:00.000Z', hasIndex = true } = options;
  const folder = setFolder(config, id);
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const library = await copyInto(config.databasePath, path.join(folder, 'library.db'));
  const ops = await copyInto(config.opsDatabasePath, path.join(folder, 'ops.db'));
  const index = hasIndex ? copyIndex(config.indexFolder, path.join(folder, 'index')) : null;
  fs.writeFileSync(path.join(folder, 'settings.json'), '{}\n');
  const manifest: Manifest = {
    format: backupFormat,
    version,
    made_at: at,
    job: 7,
    note: null,
    revision: library.revision,
    model: index?.model ?? null,
    dimension: index?.dimension ?? null,
    counts: { library: library.counts, ops: ops.counts },
    index: index && { generation: index.generation, vectors: index.vectors },
    audit_head: ops.head,
    files: listFiles(folder),
  };
  writeManifestTo(folder, manifest);
  return rowOf(config, id, manifest);
}

/** Changes the manifest of a set, and its row with it. */
export function changeManifest(config: Made, backup: Backup, change: Partial<Manifest>): Backup {
  const folder = setFolder(config, backup.id);
  const manifest = JSON.parse(fs.readFileSync(path.join(folder, manifestName), 'utf8')) as Manifest;
  writeManifestTo(folder, { ...manifest, ...change });
  return rowOf(config, backup.id, manifest);
}

/** The files of a set, as its manifest lists them. */
export function listFiles(folder: string): Manifest['files'] {
  const names = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return names
    .filter((name) => name !== manifestName && fs.statSync(path.join(folder, name)).isFile())
    .map((name) => {
      const bytes = fs.readFileSync(path.join(folder, name));
      return { name, bytes: bytes.length, sha256: hashOf(bytes) };
    });
}

function writeManifestTo(folder: string, manifest: Manifest) {
  fs.writeFileSync(path.join(folder, manifestName), writeManifest(manifest));
}

function rowOf(config: Made, id: string, { made_at: at, job, files, note }: Manifest): Backup {
  const text = fs.readFileSync(path.join(setFolder(config, id), manifestName));
  return {
    id,
    job,
    at,
    kind: 'full',
    bytes: files.reduce((sum, { bytes }) => sum + bytes, text.length),
    sha256: hashOf(text),
    proof: 'none',
    proof_job: null,
    proof_at: null,
    proof_text: null,
    proof_steps: [],
    note,
    is_kept: false,
    gone_at: null,
  };
}

async function copyInto(file: string, copy: string) {
  const db = openDatabase(file, { busyMs: 5000 });
  try {
    await copyDatabase(file, copy, { busyMs: 5000 });
    return describe(db);
  } finally {
    db.close();
  }
}

function describe(db: Db) {
  const counts = countTables(db);
  const read = (table: string, sql: string) => (table in counts ? db.prepare(sql).get() : undefined);
  const head = read('audit', 'SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1');
  const state = read('ops_library_state', 'SELECT revision FROM ops_library_state');
  return {
    counts,
    head: (head as Manifest['audit_head'] | undefined) ?? null,
    revision: (state as { revision: number } | undefined)?.revision ?? 0,
  };
}

function copyIndex(indexFolder: string, folder: string) {
  const files = liveFiles(indexFolder);
  if (!files) return null;
  fs.mkdirSync(folder, { mode: 0o700 });
  for (const file of Object.values(files)) fs.copyFileSync(file, path.join(folder, path.basename(file)));
  const { model, dimension, count } = readMeta(files.meta);
  return { model, dimension, vectors: count, generation: readPointer(indexFolder)?.current ?? '' };
}

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
