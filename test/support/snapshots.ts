// Valid snapshots that tests corrupt: a library with entries, its index, and the members of its ZIP.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { Config } from '../../src/core/config.ts';
import type { Db } from '../../src/core/db/open.ts';
import { liveFiles } from '../../src/index/generation.ts';
import { snapshotFormat } from '../../src/snapshots/manifest.ts';
import type { Part } from './zip.ts';
import { addExperience, addManual, createLibrary } from './entries.ts';
import { rebuild } from './index-of.ts';

export const memberStem = 'unified_chl_built-in-384';

/** The three members of a snapshot. */
export type Members = { index: Buffer; meta: Buffer; manifest: Record<string, unknown> };

/** A library of four entries with an index. */
export async function makeIndexed(root: string): Promise<{ config: Config; library: Db; members: Members }> {
  const { config, library } = createLibrary(root);
  for (const id of ['E1', 'E2', 'E3']) addExperience(library, id, { title: `The title of ${id}` });
  addManual(library, 'M1');
  await rebuild(config, library);
  return { config, library, members: readMembers(config) };
}

function readMembers(config: Config): Members {
  const files = liveFiles(config.indexFolder);
  if (!files) throw new Error('There is no index.');
  const [index, meta] = [fs.readFileSync(files.index), fs.readFileSync(files.meta)];
  const { model, dimension, count, built_at } = JSON.parse(meta.toString());
  return { index, meta, manifest: { format: snapshotFormat, model, dimension, count, built_at } };
}

/** The parts of a ZIP; the manifest has the hashes of the given members. */
export function toParts({ index, meta, manifest }: Members, more: Partial<Part> = {}): [Part, Part, Part] {
  const files = { [`${memberStem}.index`]: sha256(index), [`${memberStem}.meta.json`]: sha256(meta) };
  return [
    { ...more, name: 'manifest.json', data: Buffer.from(JSON.stringify({ files, ...manifest })) },
    { ...more, name: `${memberStem}.index`, data: index },
    { ...more, name: `${memberStem}.meta.json`, data: meta },
  ];
}

/** The meta file with some keys changed. */
export function withMeta(members: Members, change: (meta: Record<string, any>) => void): Members {
  const meta = JSON.parse(members.meta.toString());
  change(meta);
  return { ...members, meta: Buffer.from(JSON.stringify(meta)) };
}

/** Another index, with its hash in the meta file. */
export function withIndex(members: Members, change: (index: Buffer) => unknown): Members {
  const copy = Buffer.from(members.index);
  const changed = change(copy);
  const index = Buffer.isBuffer(changed) ? changed : copy;
  return withMeta({ ...members, index }, (meta) => {
    meta.sha256 = sha256(index);
    meta.checksum = meta.sha256;
  });
}

/** The hash of each file below the index folder, by its path. */
export function hashTree(folder: string): Record<string, string> {
  const files = fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile());
  const paths = files.map((entry) => path.join(entry.parentPath, entry.name)).sort();
  return Object.fromEntries(
    paths.map((file) => [path.relative(folder, file), sha256(fs.readFileSync(file))]),
  );
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The open files of this process whose path contains `part`; none where /proc is missing. */
export function openFiles(part: string): string[] {
  const descriptors = fs.existsSync('/proc/self/fd') ? fs.readdirSync('/proc/self/fd') : [];
  return descriptors.flatMap((fd) => readLink(`/proc/self/fd/${fd}`)).filter((file) => file.includes(part));
}

/** Empty for the descriptor of the listing itself, which is closed by then. */
function readLink(file: string): string[] {
  try {
    return [fs.readlinkSync(file)];
  } catch {
    return [];
  }
}
