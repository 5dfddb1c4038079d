// Writes a backup set of a library as the operation backup lays it out, without a job.
import fs from 'node:fs';
import path from 'node:path';
import { backupFormat, type Manifest, manifestName, writeManifest } from '../../src/backup-store/manifest.ts';
import { hashFile, setFolder } from '../../src/backup-store/set-files.ts';
import type { Config } from '../../src/core/config.ts';
import type { Db } from '../../src/core/db/open.ts';
import type { TestApp } from './app.ts';
import { memberStem, type Members } from './snapshots.ts';

/** `files`: the other files of the set; a connection in place of the content of `ops.db` is copied. Returns the folder. */
export async function writeSet(
  config: Config,
  id: string,
  library: Db,
  {
    files = {},
    ...more
  }: Partial<Omit<Manifest, 'files'>> & { files?: Record<string, Db | string | Buffer> } = {},
): Promise<string> {
  const folder = setFolder(config, id);
  const all = Object.entries({ 'library.db': library, 'ops.db': 'no database', ...files });
  const listed = [];
  for (const [name, content] of all) {
    const file = path.join(folder, name);
    fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    if (typeof content === 'string' || content instanceof Buffer) fs.writeFileSync(file, content);
    else await content.backup(file);
    listed.push({ name, bytes: fs.statSync(file).size, sha256: await hashFile(file) });
  }
  const manifest: Manifest = {
    format: backupFormat,
    version: '0.2.0',
    made_at: '2026-11-28T02:00:00.000Z',
    job: Number(id.split('-')[1]) || null,
    note: null,
    revision: 1,
    model: null,
    dimension: null,
    counts: { library: {}, ops: {} },
    index: null,
    audit_head: null,
    ...more,
    files: listed,
  };
  fs.writeFileSync(path.join(folder, manifestName), writeManifest(manifest));
  return folder;
}

/** A set of a server with an index, and with settings. Returns its id. */
export async function writeIndexedSet(
  { parts: { config }, library, members }: TestApp & { members: Members },
  settings: object = {},
): Promise<string> {
  const id = '20261128T020000Z-1117';
  const { model, dimension, count } = members.manifest as { model: string; dimension: number; count: number };
  const saved = { format: 1, settings, schedules: [], flags: [], objectives: [], webhooks: [] };
  await writeSet(config, id, library, {
    model,
    dimension,
    index: { generation: 'gen-20261128010203004-417', vectors: count },
    files: {
      [`index/${memberStem}.index`]: members.index,
      [`index/${memberStem}.meta.json`]: members.meta,
      'settings.json': JSON.stringify(saved),
    },
  });
  return id;
}
