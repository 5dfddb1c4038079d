// The names of the files in a generation.
import fs from 'node:fs';
import path from 'node:path';
import { readPointer } from './pointer.ts';

/** Paths of an index file and its meta file. */
export type GenerationFiles = { index: string; meta: string };

/** A model's name as CHL writes it in file names: lower case, `_` for `/`, no dots. */
export function modelSlug(model: string): string {
  return model.toLowerCase().replaceAll('/', '_').replaceAll('.', '');
}

/** Where a model's files are in a folder. */
export function namedFiles(folder: string, model: string): GenerationFiles {
  const stem = path.join(folder, `unified_${modelSlug(model)}`);
  return { index: `${stem}.index`, meta: `${stem}.meta.json` };
}

/** The index file in a folder and its meta file. Throws one sentence unless there is exactly one pair. */
export function generationFiles(folder: string): GenerationFiles {
  const found = fs.existsSync(folder) ? fs.readdirSync(folder) : [];
  const [index, ...others] = found.filter((name) => /^unified_.+\.index$/.test(name));
  if (index === undefined || others.length > 0) {
    throw new Error(`${folder} holds ${index ? others.length + 1 : 'no'} index files instead of one.`);
  }
  const meta = index.replace(/\.index$/, '.meta.json');
  if (!found.includes(meta)) throw new Error(`${folder} has no ${meta} beside ${index}.`);
  return { index: path.join(folder, index), meta: path.join(folder, meta) };
}

/** The files of the live generation; null before the first switch. Throws as `readPointer` and `generationFiles` do. */
export function liveFiles(indexFolder: string): GenerationFiles | null {
  const pointer = readPointer(indexFolder);
  return pointer && generationFiles(path.join(indexFolder, pointer.current));
}
