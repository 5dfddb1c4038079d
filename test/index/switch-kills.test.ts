// Kills the scripts that switch the index and stage a snapshot, right before each of their writes to the disk.
import fs from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import type { Config } from '../../src/core/config.ts';
import { prepareLibrary } from '../../src/core/db/library.ts';
import { builtIn } from '../../src/embedding/built-in.ts';
import { generationFiles, readPointer, tidyGenerations } from '../../src/index/generation.ts';
import { checkSnapshot } from '../../src/snapshots/check.ts';
import { listStaged, stagedFolder, sweepStaged, writeStaged } from '../../src/snapshots/staging.ts';
import { verifyGeneration } from '../../src/index/verify.ts';
import { buildEngine } from '../support/engine.ts';
import { rebuild } from '../support/index-of.ts';
import { addRunningJob } from '../support/script.ts';
import { hashTree, makeIndexed, sha256, toParts } from '../support/snapshots.ts';
import { hasStrace, killAtCall } from '../support/strace.ts';
import { buildZip } from '../support/zip.ts';
import { makeFolder } from '../support/folder.ts';

const skip = hasStrace ? false : 'strace is not installed, or may not trace';
/** System calls that change folders, and that sync them. */
const everyStep = ['rename', 'link', 'linkat', 'mkdir', 'rmdir', 'unlink', 'unlinkat', 'fsync', 'fdatasync'];
const stagedId = '0a0b0c0d';

/** Two generations, and a ZIP of the first. */
async function prepare(t: Test) {
  const root = makeFolder(t);
  const { config, library, members } = await makeIndexed(root);
  const zip = path.join(root, 'set.zip');
  fs.writeFileSync(zip, buildZip(toParts(members)));
  library.prepare(`UPDATE experiences SET title = 'Another title' WHERE id = 'E1'`).run();
  await rebuild(config, library);
  library.close();
  return { root, config, zip };
}

/** Stages the ZIP, unless it is still staged. */
async function stage(config: Config, zip: string) {
  if (listStaged(config.indexFolder).length > 0) return;
  const { library } = prepareLibrary(config.databasePath);
  const folder = stagedFolder(config.indexFolder, stagedId);
  const checked = await checkSnapshot({
    zip,
    folder,
    maxBytes: 1e6,
    reserveBytes: 0,
    library,
    model: builtIn,
    onProgress() {},
  });
  library.close();
  const upload = { staged_id: stagedId, file_name: 'set.zip', uploaded_by: 'test', bytes: 1 };
  writeStaged(config.indexFolder, { ...upload, uploaded_at: new Date().toISOString(), ...checked });
}

/** The outcome of the job after the next start. */
async function recover(root: string, jobId: string): Promise<string> {
  const engine = buildEngine(root);
  tidyGenerations(engine.config.indexFolder);
  sweepStaged(engine.config.indexFolder, new Date(), () => false);
  engine.recover();
  const { status, failure } = engine.jobs.find(jobId);
  await engine.close();
  return failure ? `${status}: ${failure.code}` : status;
}

function hashOf(config: Config, generation: string | null | undefined): string {
  const files = generationFiles(path.join(config.indexFolder, generation ?? ''));
  const { wordsProblem } = verifyGeneration(files, () => {});
  if (wordsProblem !== null) throw new Error(wordsProblem);
  return sha256(fs.readFileSync(files.index));
}

t.test(
  'an installation killed at any step leaves all old or all new, and a job with the right outcome',
  { skip },
  async (t) => {
    const { root, config, zip } = await prepare(t);
    const snapshot = hashOf(config, readPointer(config.indexFolder)?.previous);
    const { outcomes, problems } = await killEverywhere(
      root,
      config,
      'snapshot',
      () => snapshot,
      () => stage(config, zip),
    );
    t.same(problems, []);
    t.same(outcomes, ['new succeeded', 'old failed: lost']);
  },
);

t.test(
  'a roll back killed at any step leaves all old or all new, and a job with the right outcome',
  { skip },
  async (t) => {
    const { root, config } = await prepare(t);
    const target = () => hashOf(config, readPointer(config.indexFolder)?.previous);
    const { outcomes, problems } = await killEverywhere(root, config, 'rollback', target);
    t.same(problems, []);
    t.same(outcomes, ['new succeeded', 'old failed: lost']);
  },
);

t.test('the next start removes what a check killed at any step left behind', { skip }, async (t) => {
  const { root, config, zip } = await prepare(t);
  const bytes = fs.readFileSync(zip);
  const before = hashTree(config.indexFolder);
  const upload = path.join(root, 'upload.zip');
  const staged = stagedFolder(config.indexFolder, stagedId);
  const args = { zip: upload, staged_id: stagedId };
  const put = () => fs.writeFileSync(upload, bytes);
  put();
  let kills = 0;
  for (const name of ['mkdir', 'write', 'fsync']) {
    const script = { name: 'check-snapshot', args, jobId: 'check' };
    for (let call = 1; await killAtCall(config, script, name, call); call++) {
      sweepStaged(config.indexFolder, new Date(), () => false);
      t.same(hashTree(config.indexFolder), before, `${name} ${call}`);
      put();
      kills++;
    }
    t.equal(fs.readdirSync(staged).length, 2, 'not killed, it ends its work');
    fs.rmSync(staged, { recursive: true });
    put();
  }
  t.ok(kills > 2, `${kills} kills`);
});

/** Runs the script repeatedly, killed one step later each time, until it completes. */
async function killEverywhere(
  root: string,
  config: Config,
  name: string,
  targetHash: () => string,
  before = async () => {},
) {
  const outcomes = new Set<string>();
  const problems: string[] = [];
  const kill = async (step: string, call: number) => {
    await before();
    const old = readPointer(config.indexFolder);
    const [oldHash, newHash] = [hashOf(config, old?.current), targetHash()];
    const jobId = addRunningJob(config, name);
    const wasKilled = await killAtCall(config, { name, args: {}, jobId }, step, call);
    const status = await recover(root, jobId);
    const now = readPointer(config.indexFolder);
    const isNew = now?.current !== old?.current;
    outcomes.add(`${isNew ? 'new' : 'old'} ${status}`);
    if (hashOf(config, now?.current) !== (isNew ? newHash : oldHash))
      problems.push(`${step} ${call}: another index`);
    if (!isNew && name === 'snapshot' && listStaged(config.indexFolder).length === 0) {
      problems.push(`${step} ${call}: the upload is gone, so the job cannot be retried`);
    }
    const names = fs.readdirSync(config.indexFolder).filter((file) => !file.startsWith('staged-'));
    if (names.length !== 3) problems.push(`${step} ${call}: left over: ${names.join(', ')}`);
    return wasKilled;
  };
  // Calls are counted by name, so each name has its own round.
  for (const step of everyStep) for (let call = 1; await kill(step, call); call++);
  return { outcomes: [...outcomes].sort(), problems };
}
