// Adds up the blocks that files take on the disk. A file with several links counts once, and links are not followed.
import fs from 'node:fs';
import path from 'node:path';
import { type DiskPartName, diskPartNames, type Places, placesOf } from './parts-of-disk.ts';

/** `isElsewhere`: on another disk than the data folder. */
type MeasuredPart = { part: DiskPartName; bytes: number; isElsewhere: boolean };

/** `free`, `total`: bytes of the disk of the data folder. `isPartial`: some folders could not be read. */
export type Measured = { parts: MeasuredPart[]; free: number; total: number; isPartial: boolean };

const blockBytes = 512;

type Walk = {
  bytes: Map<DiskPartName, number>;
  elsewhere: Set<DiskPartName>;
  seen: Set<string>;
  device: number;
  isPartial: boolean;
};

/** Throws when the data folder cannot be read. */
export function walkDisk(config: Places): Measured {
  const root = fs.realpathSync(config.root);
  const walk: Walk = {
    bytes: new Map(),
    elsewhere: new Set(),
    seen: new Set(),
    device: fs.statSync(root).dev,
    isPartial: false,
  };
  for (const [part, places] of Object.entries(placesOf(config)))
    for (const place of places) addPlace(walk, part as DiskPartName, place);
  addTree(walk, 'other', root);
  const { bavail, blocks, bsize } = fs.statfsSync(root);
  const { bytes, elsewhere, isPartial } = walk;
  const parts = diskPartNames.map((part) => ({
    part,
    bytes: bytes.get(part) ?? 0,
    isElsewhere: elsewhere.has(part),
  }));
  return { parts, free: bavail * bsize, total: blocks * bsize, isPartial };
}

/** A place may be a link, or absent. */
function addPlace(walk: Walk, part: DiskPartName, place: string) {
  const real = tryTo(walk, () => fs.realpathSync(place));
  const stat = real && tryTo(walk, () => fs.statSync(real));
  if (!real || !stat) return;
  if (stat.dev !== walk.device) walk.elsewhere.add(part);
  addTree(walk, part, real);
}

/** Leaves out the files that another part has counted already. */
function addTree(walk: Walk, part: DiskPartName, start: string) {
  const waiting = [start];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const here = at;
    const stat = tryTo(walk, () => fs.lstatSync(here));
    if (!stat || walk.seen.has(`${stat.dev}:${stat.ino}`)) continue;
    walk.seen.add(`${stat.dev}:${stat.ino}`);
    walk.bytes.set(part, (walk.bytes.get(part) ?? 0) + stat.blocks * blockBytes);
    if (!stat.isDirectory()) continue;
    for (const name of tryTo(walk, () => fs.readdirSync(here)) ?? []) waiting.push(path.join(here, name));
  }
}

/** Null for a file that has gone meanwhile, or cannot be read. */
function tryTo<T>(walk: Walk, read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') walk.isPartial = true;
    return null;
  }
}
