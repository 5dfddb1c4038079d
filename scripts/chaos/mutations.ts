// Changes one random byte of a valid snapshot and checks it as an upload. Each must be refused or have the same content;
// there is no third outcome.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { type Config, readConfig } from '../../src/core/config.ts';
import { prepareLibrary } from '../../src/core/db/library.ts';
import { builtIn } from '../../src/embedding/built-in.ts';
import { AppError } from '../../src/core/errors.ts';
import { writeIndexFile } from '../../src/index/faiss-writer.ts';
import { modelSlug, startGeneration, switchTo } from '../../src/index/generation.ts';
import { metaFormatVersion, writeMeta } from '../../src/index/meta.ts';
import { checkSnapshot } from '../../src/snapshots/check.ts';
import { openDownload } from '../../src/snapshots/download.ts';
import { createRandom } from '../random.ts';

type MutationReport = { changes: number; refused: number; problems: string[] };

/** Creates `root`. */
export async function runMutations(options: {
  root: string;
  seed: number;
  changes: number;
}): Promise<MutationReport> {
  const { root, seed, changes } = options;
  const config = readConfig({ CHL_EXPERIENCE_ROOT: root }, '/');
  const { library } = prepareLibrary(config.databasePath);
  const valid = await makeSnapshot(config);
  const [zip, folder] = [path.join(root, 'changed.zip'), path.join(root, 'unpacked')];
  const check = async (bytes: Buffer) => {
    fs.writeFileSync(zip, bytes);
    await checkSnapshot({
      zip,
      folder,
      maxBytes: 1e8,
      reserveBytes: 0,
      library,
      model: builtIn,
      onProgress() {},
    });
    const files = fs.readdirSync(folder).sort();
    const content = createHash('sha256');
    for (const file of files) content.update(fs.readFileSync(path.join(folder, file)));
    fs.rmSync(folder, { recursive: true });
    return content.digest('hex');
  };
  const random = createRandom(seed);
  const right = await check(valid);
  const problems: string[] = [];
  let refused = 0;
  for (let i = 0; i < changes; i++) {
    const bytes = Buffer.from(valid);
    const [at, value] = [random(bytes.length), random(256)];
    bytes[at] = value;
    try {
      if ((await check(bytes)) !== right) problems.push(`byte ${at} = ${value}: other content was accepted`);
    } catch (error) {
      refused++;
      const isRefusal = error instanceof AppError && error.code === 'bad_input';
      if (!isRefusal) problems.push(`byte ${at} = ${value}: ${(error as Error).stack}`);
      if (fs.existsSync(folder)) problems.push(`byte ${at} = ${value}: files were left`);
    }
  }
  library.close();
  return { changes, refused, problems };
}

/** A snapshot of four vectors: it is so small that changes hit every part of it. */
async function makeSnapshot({ indexFolder }: Config): Promise<Buffer> {
  const texts = ['Commit one change', 'Name a branch', 'Write a test first', 'Review in small steps'];
  const draft = startGeneration(indexFolder, new Date());
  const stem = path.join(draft.folder, `unified_${modelSlug(builtIn.name)}`);
  const facts = { dimension: builtIn.dimension, count: texts.length };
  const { bytes, sha256 } = writeIndexFile(`${stem}.index`, facts.dimension, await builtIn.embed(texts));
  const about = { model: builtIn.name, ...facts, sha256, job_id: 'soak', built_at: new Date().toISOString() };
  writeMeta(`${stem}.meta.json`, {
    ...about,
    format_version: metaFormatVersion,
    model_name: builtIn.name,
    model_version: builtIn.version,
    checksum: sha256,
    library_revision: 0,
    version: '0',
    vectors: texts.map((text) => ({ entity_id: text, kind: 'experience', content_hash: '' })),
  });
  switchTo(indexFolder, draft);
  const state = { ...about, generation: draft.name, vectors: texts.length, bytes };
  const live = { indexState: () => state, refresh: async () => {} };
  const download = await openDownload(indexFolder, live, { withBackup: false, maxBytes: 1e8 });
  return buffer(await download.stream());
}
