// The live generation as a ZIP that is written while it is sent (archiver, stored: vectors do not compress). All files are
// opened before the first byte is sent, so a switch meanwhile does not change what is sent.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { AppError } from '../core/errors.ts';
import { packZip, readBytes } from '../zip/pack.ts';
import { generationFiles, modelSlug } from '../index/generation.ts';
import type { GenerationFacts } from '../index/live-protocol.ts';
import { type Manifest, manifestName, snapshotFormat } from './manifest.ts';

/** The part of the live index that a download needs: the facts of its generation. */
export type LiveFacts = {
  indexState(): { [Key in keyof PackedFacts]: PackedFacts[Key] | null };
  refresh(): Promise<void>;
};

/** The second switch after a generation removes its files; then the newest generation is tried. */
const maxTries = 20;

/** Throws `index_missing` without an index. Leaves the backup out when the ZIP would be larger than `maxBytes`. */
export async function openDownload(
  indexFolder: string,
  live: LiveFacts,
  { withBackup, maxBytes }: { withBackup: boolean; maxBytes: number },
) {
  for (let tries = 1; ; tries++) {
    const facts = live.indexState();
    if (!hasGeneration(facts)) {
      throw new AppError('index_missing', 'There is no index to download. Rebuild the index first.');
    }
    try {
      return openFolder(path.join(indexFolder, facts.generation), facts, { withBackup, maxBytes });
    } catch (error) {
      if (tries === maxTries || fs.existsSync(path.join(indexFolder, facts.generation))) throw error;
      await live.refresh();
    }
  }
}

/** The facts of a generation that a download states. `sha256`: of its index file. */
export type PackedFacts = Pick<
  GenerationFacts,
  'generation' | 'model' | 'dimension' | 'vectors' | 'built_at' | 'sha256'
>;

/** The files of a generation that nobody removes meanwhile. */
export function openFolder(
  folder: string,
  facts: PackedFacts,
  { withBackup, maxBytes }: { withBackup: boolean; maxBytes: number },
) {
  return toDownload(facts, dropBackupAbove(maxBytes, facts, openMembers(folder, facts, withBackup)));
}

type Member = { name: string; fd: number; bytes: number; sha256: string | null; isBackup: boolean };

/** In the order of the ZIP, which ends with text: the signature of an end record does not occur there by chance. */
function openMembers(folder: string, facts: PackedFacts, withBackup: boolean): Member[] {
  const files = generationFiles(folder);
  const stem = `unified_${modelSlug(facts.model)
    .replace(/[^a-z0-9_-]/g, '_')
    .slice(0, 64)}`;
  const backup = `${files.index}.backup`;
  const members: Member[] = [];
  const add = (file: string, ending: string, sha256: string | null) => {
    const fd = fs.openSync(file, 'r');
    const { size } = fs.fstatSync(fd);
    members.push({ name: stem + ending, fd, bytes: size, sha256, isBackup: ending.endsWith('.backup') });
  };
  try {
    add(files.index, '.index', facts.sha256);
    if (withBackup && fs.existsSync(backup)) add(backup, '.index.backup', null);
    add(files.meta, '.meta.json', null);
    return members;
  } catch (error) {
    closeAll(members);
    throw error;
  }
}

function dropBackupAbove(maxBytes: number, facts: PackedFacts, members: Member[]): Member[] {
  if (zipBytes(facts, members) <= maxBytes) return members;
  closeAll(members.filter(({ isBackup }) => isBackup));
  return members.filter(({ isBackup }) => !isBackup);
}

function toDownload(facts: PackedFacts, members: Member[]) {
  const { model, vectors, built_at, generation } = facts;
  return {
    generation,
    fileName: `chl-index-${modelSlug(model).replace(/[^a-z0-9_-]/g, '_')}-${vectors}-${built_at.slice(0, 10)}.zip`,
    /** The length of the ZIP. */
    bytes: zipBytes(facts, members),
    close: () => closeAll(members),
    /** To be called once. The files are closed with the stream, whatever ends it. */
    async stream(): Promise<Readable> {
      try {
        for (const member of members) member.sha256 ??= await hashFile(member.fd);
        return await pack(facts, members);
      } catch (error) {
        closeAll(members);
        throw error;
      }
    },
  };
}

function pack(facts: PackedFacts, members: Member[]): Promise<Readable> {
  const files = members.map(({ name, fd }) => {
    return { name, content: fs.createReadStream('', { fd, start: 0, highWaterMark: readBytes }) };
  });
  const manifest = { name: manifestName, content: manifestOf(facts, members) };
  return packZip([manifest, ...files], { isStored: true, date: new Date(facts.built_at) });
}

/** All hashes have the same length, so the size of the manifest is known before they are. */
function manifestOf({ model, dimension, vectors, built_at }: PackedFacts, members: Member[]): string {
  const files = members.map(({ name, sha256 }) => [name, sha256 ?? '0'.repeat(64)]);
  const manifest: Manifest = {
    format: snapshotFormat,
    model,
    dimension,
    count: vectors,
    built_at,
    files: Object.fromEntries(files),
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** The length of the ZIP as archiver writes it: a descriptor behind each file, none behind the manifest. */
function zipBytes(facts: PackedFacts, members: Member[]): number {
  const headers = (name: string) => 30 + 46 + 2 * name.length;
  const manifest = headers(manifestName) + Buffer.byteLength(manifestOf(facts, members));
  const files = members.map(({ name, bytes }) => headers(name) + bytes + 16);
  return files.reduce((sum, bytes) => sum + bytes, manifest + 22);
}

async function hashFile(fd: number): Promise<string> {
  const hash = createHash('sha256');
  const stream = fs.createReadStream('', { fd, start: 0, autoClose: false, highWaterMark: readBytes });
  for await (const chunk of stream) hash.update(chunk);
  return hash.digest('hex');
}

function closeAll(members: Member[]) {
  for (const { fd } of members) fs.closeSync(fd);
}

function hasGeneration(facts: ReturnType<LiveFacts['indexState']>): facts is PackedFacts {
  return facts.generation !== null;
}
